/* The TPM's extend register as a counter, with racing copies of the program.
 *
 * The register can only become H(what it holds, x), with x made from a generation's root: `advance`
 * reads it, compares, and extends it, in one session that the chip audits. The extend is carried out
 * only if no other command came in between, whoever sent it; with it the session's nonce changes, so
 * that it cannot be carried out twice. After an extend that was carried out the next one in that
 * session needs no read: had anybody used the chip since, it would be refused. The host holds back
 * commands and answers, forges answers without an HMAC, and sends commands of its own.
 *
 * A register that was extended from anything but the generation's parent holds what nobody can name.
 */

#include "words.pml"

#ifndef GENERATIONS
#define GENERATIONS 6
#endif

#define STRANGE NONE

byte made = 1;
byte parent[GENERATIONS] = NONE;
byte ancestors[GENERATIONS] = 1; /* itself among them */

byte content = 0;
byte exclusive = NONE; /* the generation whose session was the last to use the chip, alone */
byte under_way;        /* the generations whose extend was sent */
byte carried_out;      /* those whose extend has an answer with an HMAC */

#ifdef MUTATION_without_exclusive_session
#define is_exclusive(g) true
#else
#define is_exclusive(g) (exclusive == (g))
#endif

/* TPM2_NV_Extend, where it is carried out. */
active proctype chip() {
  byte g;
end:
  do
  :: atomic {
       under_way != 0;
       choose(under_way, g);
       if
       :: is_exclusive(g) ->
            content = (content == parent[g] -> g : STRANGE);
            printf("the chip extends by %d: %d\n", g, content);
            carried_out = carried_out | bit(g);
            under_way = under_way & ~bit(g) /* its session stays the exclusive one */
       :: else
       fi;
       g = 0
     }
  od
}

/* Any other user of the chip. */
active proctype others() {
end:
  do
  :: exclusive != NONE -> exclusive = NONE
  od
}

/* Success is what the counter holds, or held: properties 1, 2 and 4 rest on that. */
inline check_success(g) {
  printf("the advance to %d succeeds\n", g);
  assert(content != STRANGE && holds(ancestors[content], g))
}

active [2] proctype instance() {
  byte n, seen;

dead:
  atomic { n = 0; seen = 0 }

  /* An authenticated read in a session of its own; then a child of what it shows, be it a take-over
   * or a checkpoint. */
end_begin:
  atomic {
    made < GENERATIONS;
    exclusive = NONE;
    seen = content;
    n = made;
    made++;
    parent[n] = seen;
    ancestors[n] = ancestors[seen] | bit(n);
    printf("%d is written, a child of %d\n", n, seen)
  }

advance:
  /* TPM2_NV_Read, with auditReset: its session is the exclusive one from here on. What was sent in the
   * session before will never be carried out; nor what was sent in this one, if it is the same, since
   * it was made for a nonce that the answer to the read replaced. */
  atomic {
    exclusive = n;
    seen = content;
#ifndef MUTATION_without_exclusive_session
    under_way = under_way & ~bit(n)
#endif
  };
#ifndef MUTATION_extended_without_comparing
  if
  :: seen != parent[n] -> goto answered
  :: else
  fi;
#endif
  if
  :: goto dead
  :: under_way = under_way | bit(n)
  fi;
answer:
  if
  :: holds(carried_out, n) -> seen = n /* an answer with a valid HMAC and auditExclusive */
#ifdef MUTATION_return_taken_for_success
  :: seen = n
#endif
  :: atomic { exclusive = NONE; seen = content } /* none: a read in another session ends it */
  fi;
answered:
  if
  :: seen == n ->
       check_success(n);
       if
       :: goto dead
       :: goto extend_again
       fi
  :: seen == parent[n] -> goto advance
  :: seen != n -> goto dead /* a conflict, or given up: then it may still be carried out */
  fi;

extend_again:
  /* The next child, in the session of the last answer, without a read: the chip refuses it, if
   * anybody used it since. The session goes on from generation to generation. */
  atomic {
    if
    :: made == GENERATIONS -> goto dead
    :: else
    fi;
    seen = n;
    n = made;
    made++;
    parent[n] = seen;
    ancestors[n] = ancestors[seen] | bit(n);
    printf("%d is written, a child of %d, and extended by at once\n", n, seen);
    if
    :: exclusive == seen -> exclusive = n
#ifdef MUTATION_extended_again_in_any_session
    :: exclusive != seen -> exclusive = n
#else
    :: else
#endif
    fi;
    under_way = under_way | bit(n)
  };
  goto answer
}

/* Property 3: the register names a generation that was written. */
active proctype nameable() {
end:
  atomic { content == STRANGE -> assert(false) }
}
