/* Create by birth, opening what an interrupted create left, and starting over (docs/protocol.md:
 * Create).
 *
 * Two programs create, open or start over under one name, or with LOCK one after the other; requests
 * late, again or never; crashes between any two steps; a host that hides what it likes. What a
 * program's key does not open is the same as what is hidden from it.
 *
 * Births and generations share the numbers; 0 stands for the counter that knows nothing yet.
 */

#include "words.pml"

#ifndef MARKS
#define MARKS 6
#endif

#ifdef LOCK
#define INSTANCES 1 /* requests of those who died are under way all the same */
#else
#define INSTANCES 2
#endif

#define ABSENT 0

mtype = { to_create, to_open, to_start_over }; /* Intent, and Options::start_over */

byte made = 1;
byte parent[MARKS] = NONE;
byte lineage[MARKS]; /* which has the name of its first generation */
byte states[MARKS];  /* whose state led to this one's, itself among them */
byte births;         /* those that are births */
byte overs;          /* those that start over */
#ifndef LOCK
byte superseded[MARKS]; /* what lay on the disk before its advance was first sent */
#endif

byte durable; /* the generations that the host can present */
byte disk;    /* those that the disk of an honest host holds */
byte asked;
byte counter = ABSENT;

byte left;  /* marks that a successful restore moved the counter away from */
bool begun; /* a generation was committed once */

/* Property 1, as strong as it can be: what is committed next has the state that was committed
 * before among those that led to its own, unless it starts over. And a lineage begins where nothing
 * was committed before, or where that was asked for. */
inline check_commit(m) {
  assert(!begun || holds(overs, m) || holds(states[m], counter));
  assert(!begun || holds(overs, m) || lineage[m] != m)
}

/* Counter::advance, where it is carried out. */
inline advance(m) {
  if
  :: counter == parent[m] ->
       printf("the counter moves to %d\n", m);
       if
       :: !holds(births, m) -> check_commit(m); begun = true
       :: else
       fi;
       counter = m
  :: else
  fi
}

/* Carries out requests late, and again; never is when it does not run. */
active proctype network() {
  byte m;
end:
  do
  :: atomic { asked != 0 -> choose(asked, m); d_step { advance(m); m = 0 } }
  od
}

/* An answer, or what the reading after a lost one tells. */
inline ask(m) {
  if
  :: d_step { advance(m); found = counter; outcome = (found == m -> committed : conflict) }
  :: outcome = unknown
  fi
}

/* A birth: fresh randomness, nothing to write. */
inline make_birth(from) {
  n = made;
  made++;
  parent[n] = from;
  births = births | bit(n);
  asked = asked | bit(n);
  printf("birth %d is asked for\n", n)
}

/* A generation of the lineage `life` (NONE: of a fresh one), its state continued from `state` (NONE:
 * from nothing). It is durable, under a name of its own or an unused FILE, before its advance is
 * sent; a crash between the two shows as a request that is lost. */
inline write_generation(from, life, state) {
  n = made;
  made++;
  parent[n] = from;
  if
  :: life == NONE -> lineage[n] = n; states[n] = bit(n)
  :: else -> lineage[n] = life; states[n] = states[state] | bit(n)
  fi;
#ifndef LOCK
  superseded[n] = disk;
#endif
#ifdef MUTATION_used_file_taken
  if
  :: life == NONE && !(intent == to_start_over) -> disk = 0
  :: else
  fi;
#endif
  durable = durable | bit(n);
  disk = disk | bit(n);
  asked = asked | bit(n);
  printf("generation %d of lineage %d is written, a child of %d\n", n, lineage[n], from)
}

/* Once the counter holds `m`. With the lock all else goes; without, what was listed. */
inline tidy(m) {
  if
#ifdef LOCK
  :: disk = bit(m)
#else
  :: disk = disk & ~superseded[m]
#endif
  :: true
  fi
}

#ifdef MUTATION_start_over_rolled_forward
#define may_be_rolled_forward(g) true
#else
#define may_be_rolled_forward(g) \
  (!holds(overs, g) && (holds(births, reading) || lineage[g] == lineage[reading]))
#endif

/* What may be rolled forward. */
inline interpret() {
  pending = 0;
  for (i : 1 .. MARKS - 1) {
    if
    :: holds(durable, i) && parent[i] == reading && may_be_rolled_forward(i) ->
         pending = pending | bit(i)
    :: else
    fi
  }
  i = 0
}

proctype instance() {
  byte i;
  byte n; /* what is being asked for */
  byte found, reading, loaded, pending;
  mtype intent, outcome;

dead:
  atomic {
    i = 0; n = 0; found = 0; reading = 0; loaded = 0; pending = 0; intent = 0; outcome = 0
  }

  /* begin, look: see checkpoint.pml */
end_begin:
  atomic {
    made < MARKS;
    reading = counter;
    if
    :: intent = to_create
    :: intent = to_open
    :: intent = to_start_over
    fi;
    printf("one is about %e and reads mark %d\n", intent, reading);
    d_step { interpret() }
  }
  if
  :: intent == to_open && pending != 0 -> goto resume
  :: intent == to_open && reading != ABSENT && !holds(births, reading) -> goto resume
  :: intent == to_start_over -> goto start
  /* The rest: nothing is seen, or refused. A host that hides decides which. */
  :: intent != to_start_over && (reading == ABSENT || holds(births, reading)) -> goto start
#ifdef MUTATION_missing_file_is_a_first_start
  :: intent != to_start_over -> goto start
#endif
  :: goto dead
  fi;

start:
  if
  :: reading == ABSENT ->
#ifdef MUTATION_generation_before_birth
       goto write_first;
#endif
give_birth:
       atomic { made < MARKS; make_birth(reading) };
       ask(n);
       if
       :: outcome == committed -> d_step { reading = n; outcome = 0; found = 0; n = 0 }
       :: outcome != committed -> goto dead
       fi
#ifdef MUTATION_start_over_by_birth
  :: reading != ABSENT && intent == to_start_over -> intent = to_create; goto give_birth
#endif
  :: else
  fi;

write_first:
  atomic {
    made < MARKS;
    pending = 0;
#ifdef MUTATION_generation_before_birth
    if
    :: reading == ABSENT -> disk = 0 /* FILE is replaced: nothing is known that it could hold */
    :: else
    fi;
#endif
    write_generation(reading, NONE, NONE);
    if
    :: intent == to_start_over -> overs = overs | bit(n)
    :: else
    fi
  }
  ask(n);
  if
  :: outcome == committed -> goto live
  :: outcome == conflict -> disk = disk & ~bit(n); goto dead
  :: outcome == unknown -> goto dead
  fi;

resume:
  atomic {
    made < MARKS;
    if
    :: pending != 0 -> choose(pending, loaded)
    :: !holds(births, reading) -> loaded = reading
    :: else -> goto dead
    fi;
    printf("a restore loads %d\n", loaded);
    pending = 0;
    write_generation(reading, lineage[loaded], loaded)
  }
  ask(n);
  if
  :: outcome == committed ->
       /* Property 2 */
       d_step { assert(!holds(left, reading)); left = left | bit(reading) }
  :: outcome == conflict -> disk = disk & ~bit(n); goto dead
  :: outcome == unknown -> goto dead
  fi;

live:
  atomic { tidy(n); found = 0; reading = 0; loaded = 0; pending = 0; outcome = 0 };
  /* checkpoint; what follows an unknown outcome is in checkpoint.pml */
  if
  :: d_step { made < MARKS -> loaded = n; write_generation(loaded, lineage[loaded], loaded) };
     ask(n);
     if
     :: outcome == committed -> goto live
     :: outcome != committed -> goto dead
     fi
  :: goto dead
  fi
}

/* Property 3: an honest host can restore what is committed. A birth only counts while there was
 * nothing before. */
active proctype restorable() {
end:
  atomic {
    counter != ABSENT && !(holds(births, counter) && !begun) && !holds(disk, counter) ->
      assert(false)
  }
}

init {
  atomic {
    run instance();
#if INSTANCES > 1
    run instance()
#endif
  }
}
