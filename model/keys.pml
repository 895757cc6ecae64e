/* Key rotation, and so the removal of a key, against a thief who holds the old key and the storage.
 * Of the rotation nothing is built yet: this model comes first.
 *
 * A rotation is a generation that is sealed under the new key and authenticated under its parent's
 * too; so is what its session proposes beside it as long as its outcome is not known. It counts as
 * pending where the committed generation names either key. It refers to nothing sealed before.
 *
 * Two instances of the program, or with LOCK one after the other, which save, rotate the lineage's
 * key, crash and restore with the keys that they are given; requests late, again or never. The thief is the host: he
 * shows what he likes, and writes generations with any parent and session, sealed and authenticated
 * under the old key. The key slots of a generation do not show here: the thief copies a slot that
 * the program's key opens from a generation of before the removal.
 *
 * Generation 0 is committed, sealed under the old key, its session alive.
 */

#include "words.pml"

#ifndef GENERATIONS
#define GENERATIONS 6
#endif

#define OLD 0 /* the thief has it */
#define NEW 1

mtype = { checkpoint, rotate }; /* what a session does */

byte made = 1;
byte parent[GENERATIONS] = NONE;
byte session[GENERATIONS]; /* which has the name of its first generation */
byte origin[GENERATIONS];  /* whose state it holds: its own, or for a take-over what that copied */
byte states[GENERATIONS] = 1; /* whose state led to this one's, itself among them */
byte key[GENERATIONS];     /* that it is sealed under */
byte vouched[GENERATIONS];   /* that it is authenticated under besides: its parent's */
byte records[GENERATIONS]; /* that the records are sealed under which it refers to */
byte forged;               /* those that the thief wrote */

byte asked;
byte counter = 0;
bool removed; /* the rotation was reported as done: the old key is of no use any more */
byte promised = NONE; /* reported as unconfirmed since the last commit */

/* Counter::advance, where it is carried out. Once a mark is sealed under the new key, no later one
 * is under the old. */
inline advance(g) {
  if
  :: counter == parent[g] ->
       printf("the counter moves to %d\n", g);
       assert(key[g] >= key[counter]);
       assert(holds(states[g], counter));
       if
       :: promised != NONE && session[promised] != session[g] -> promised = NONE
       :: else
       fi;
       counter = g
  :: else
  fi
}

/* Carries out requests late, and again; never is when it does not run. */
active proctype network() {
  byte g;
end:
  do
  :: atomic { asked != 0 -> choose(asked, g); d_step { advance(g); g = 0 } }
  od
}

/* An answer, or what the reading after a lost one tells. */
inline ask(g) {
  if
  :: d_step { advance(g); found = counter; outcome = (found == g -> committed : conflict) }
  :: outcome = unknown
  fi
}

inline write_generation(from, by, state, seal, refers_to) {
  n = made;
  made++;
  parent[n] = from;
  session[n] = (by == NONE -> n : by);
  origin[n] = n;
  states[n] = states[state] | bit(n);
  key[n] = seal;
  vouched[n] = key[from];
  records[n] = refers_to;
  asked = asked | bit(n);
  printf("session %d writes and asks for %d, a child of %d, key %d\n", session[n], n, from, key[n])
}

/* The thief seals a generation under the old key. He learns the marks and sessions from what lies
 * in the storage; he does not get to the counter. */
active proctype thief() {
  byte from, by;
end:
  do
  :: atomic {
       made < GENERATIONS;
       choose(bit(made) - 1, from);
       if
       :: by = session[from]
       :: by = made
       fi;
       /* Beside `from`, as what its session proposed later in its place, or below it. */
       if
       :: parent[from] != NONE -> from = parent[from]
       :: true
       fi;
       parent[made] = from;
       session[made] = by;
       origin[made] = made;
       states[made] = 255; /* before the removal, he can claim anything */
       key[made] = OLD;
       vouched[made] = OLD;
       records[made] = OLD;
       forged = forged | bit(made);
       printf("the thief writes %d, a child of %d, of session %d\n", made, from, by);
       made++;
       from = 0; by = 0
     }
  od
}

/* What is pending counts if it was sealed under the key that the committed generation names, or is
 * a rotation from that key: authenticated under it too. */
#if defined(MUTATION_any_key_that_opens)
#define may_be_rolled_forward(g) true
#elif defined(MUTATION_rotation_not_rolled_forward)
#define may_be_rolled_forward(g) (key[g] == key[reading])
#else
#define may_be_rolled_forward(g) (key[g] == key[reading] || vouched[g] == key[reading])
#endif

#define opens(k) holds(keys, k)

inline interpret() {
  pending = 0;
  for (i : 1 .. GENERATIONS - 1) {
    if
    :: i < made && opens(key[i]) && may_be_rolled_forward(i) &&
       (parent[i] == reading ||
        (parent[i] == parent[reading] && session[i] == session[reading] && i > reading)) ->
         pending = pending | bit(i)
    :: else
    fi
  }
  i = 0
}

inline keep_newest(set) {
  for (i : 0 .. GENERATIONS - 1) {
    for (j : 0 .. GENERATIONS - 1) {
      if
      :: holds(set, i) && holds(set, j) && origin[i] > origin[j] -> set = set & ~bit(j)
      :: else
      fi
    }
  }
  i = 0; j = 0
}

inline adopt(g) {
  printf("session %d is at %d\n", session[g], g);
  mark = g;
  open_ = 0;
  sealing = key[g];
  if
  :: key[g] == NEW -> removed = true
  :: else
  fi;
  if
  :: promised != NONE && holds(states[g], promised) -> promised = NONE
  :: else
  fi
}

inline adopt_own_or_fence() {
  if
  :: holds(open_, found) -> adopt(found)
  :: else -> goto dead
  fi
}

proctype instance(bool begins) {
  byte i, j, n, found, latest;
  byte mark, open_, sealing;
  byte reading, loaded, pending, due;
  byte keys; /* those that the program was given */
  mtype outcome, does;
  if
  :: begins -> goto live
  :: else
  fi;

dead:
  atomic {
    i = 0; j = 0; n = 0; found = 0; latest = 0; mark = 0; open_ = 0; sealing = 0; reading = 0;
    loaded = 0; pending = 0; due = NONE; keys = 0; outcome = 0; does = 0
  }

  /* look, interpret, load_newest */
end_restore:
  atomic {
    made < GENERATIONS;
    reading = counter;
    if
    :: keys = bit(OLD)
    :: keys = bit(NEW)
    :: keys = bit(OLD) | bit(NEW)
    fi;
    if
    :: d_step { opens(key[reading]) -> interpret() }
#ifdef MUTATION_committed_may_be_missing
    :: d_step {
         for (i : 1 .. made - 1) {
           if
           :: parent[i] == reading && opens(key[i]) -> pending = pending | bit(i)
           :: else
           fi
         }
         i = 0
       };
       pending != 0
#endif
    :: !opens(key[reading]) -> goto dead /* wrong_key */
    fi;
    if
    :: d_step { /* an honest host, and both keys */
         keys == (bit(OLD) | bit(NEW));
         due = promised;
         pending = pending & ~forged;
         keep_newest(pending)
       };
       if
       :: pending != 0 -> choose(pending, loaded)
       :: else -> loaded = reading
       fi
    :: pending != 0 -> promised = NONE; choose(pending, loaded)
    :: promised = NONE; loaded = reading
    fi;
    printf("a restore with keys %d reads mark %d and loads %d\n", keys, reading, loaded);
    pending = 0
  }

  /* Once the old key was removed, nothing is loaded that its holder can have made; but by a restore
   * that cannot succeed any more. */
  d_step {
    assert(!removed || reading != counter || !holds(forged, loaded));
    assert(!removed || reading != counter || records[loaded] != OLD)
  }

  /* write_successor: it refers to what is committed, and copies what is pending */
  atomic {
    made < GENERATIONS;
    if
    :: loaded == reading ->
         write_generation(reading, NONE, loaded, key[loaded], records[loaded]);
         origin[n] = reading
    :: else ->
         write_generation(reading, NONE, loaded, key[loaded], key[loaded]);
         origin[n] = origin[loaded]
    fi
  }
  ask(n);
  if
  :: outcome == committed ->
       atomic {
         assert(due == NONE || holds(states[loaded], due));
         latest = n;
         adopt(n);
         sealing = key[n];
         outcome = 0; found = 0; n = 0; reading = 0; loaded = 0; due = NONE; keys = 0
       }
  :: outcome != committed -> goto dead
  fi;

live:
  if
  :: goto dead
  :: made < GENERATIONS -> does = checkpoint
  :: made < GENERATIONS && sealing == OLD -> does = rotate
  fi;

  /* settle; a last save writes one more in any case */
  if
  :: open_ != 0 ->
       n = latest;
       ask(n);
       if
       :: outcome == committed -> atomic { adopt(n) }
       :: outcome == conflict -> atomic { adopt_own_or_fence() }
       :: outcome == unknown
       fi;
       atomic { outcome = 0; found = 0; n = 0 }
  :: else
  fi;

write:
  atomic {
    made < GENERATIONS;
    if
    :: does == rotate -> sealing = NEW
    :: else
    fi;
    /* Beside a rotation whose outcome is not known all is a rotation to the same key. What changes
     * the key refers to nothing sealed before. */
#if defined(MUTATION_beside_a_rotation_the_old_key)
    if
    :: does == rotate -> write_generation(mark, session[mark], latest, NEW, NEW)
    :: else -> write_generation(mark, session[mark], latest, key[mark], key[mark])
    fi;
#elif defined(MUTATION_adopted_without_its_key)
    if
    :: does == rotate -> write_generation(mark, session[mark], latest, NEW, NEW)
    :: else -> write_generation(mark, session[mark], latest, OLD, OLD)
    fi;
#elif defined(MUTATION_rotation_refers_to_old_records)
    write_generation(mark, session[mark], latest, sealing, records[latest]);
#else
    write_generation(mark, session[mark], latest, sealing, sealing);
#endif
    latest = n;
    open_ = open_ | bit(n)
  }
  ask(n);
  if
  :: outcome == committed ->
       atomic { adopt(n); outcome = 0; found = 0; n = 0; does = 0 };
       goto live
  :: outcome == conflict ->
       atomic { adopt_own_or_fence(); outcome = 0; found = 0; n = 0 };
       goto write
  :: outcome == unknown ->
       atomic {
         if
         :: session[counter] == session[n] -> promised = n
         :: else /* another instance has taken over already */
         fi;
         outcome = 0; found = 0; n = 0; does = 0
       };
       goto live
  fi
}

init {
  atomic {
    run instance(true);
#ifndef LOCK
    run instance(false)
#endif
  }
}
