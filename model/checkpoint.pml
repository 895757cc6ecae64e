/* Checkpoint, restore, hand-over and single use (docs/protocol.md: Checkpoint, Restore).
 *
 * Two instances of the program, or with LOCK one after the other, against a counter whose requests
 * may arrive late, again or never, and a host that presents any generation that was ever durable.
 * An instance may crash between any two steps and begin again with a restore.
 *
 * A mark names exactly one generation, so a generation's number serves as its mark. The numbers
 * grow, so within a session they serve as the numbers of its proposals too. Generation 0 is
 * committed, and the session that made it is alive in the first instance.
 *
 * The steps have the names of the functions in src/session; README.md has the table.
 */

#ifndef GENERATIONS
#define GENERATIONS 6
#endif

#ifdef LOCK
#define INSTANCES 1 /* requests of those who died are under way all the same */
#else
#define INSTANCES 2
#endif

#include "words.pml"

mtype = { hand_over, single_use }; /* Policy */
mtype = { periodic, last };        /* Save */

#ifndef POLICY
#define POLICY hand_over
#endif

/* The generations that were ever written. */
byte made = 1;
byte parent[GENERATIONS] = NONE;
byte value[GENERATIONS];
byte session[GENERATIONS]; /* which has the name of its first generation */
byte origin[GENERATIONS];     /* whose state it holds: its own, or for a take-over what that copied */
byte states[GENERATIONS] = 1; /* whose state led to this one's, itself among them */
byte used;                    /* those that are records of used marks */
#ifndef LOCK
byte superseded[GENERATIONS]; /* what lay on the disk when the advance was first sent */
#endif

byte durable = 1; /* those that were ever durable: the host can present them */
byte disk = 1;    /* those that the disk of an honest host holds */
byte asked;       /* those whose advance was ever sent */
byte counter;     /* the committed one */

/* What a live session believes. */
bool alive[INSTANCES];
byte mark[INSTANCES];
byte open_[INSTANCES]; /* children of its mark whose outcome it does not know */

/* What was seen from outside, for the properties. */
byte saved = 1;       /* reported as saved, or taken over */
byte left;            /* marks that a restore read and successfully moved the counter away from */
byte given;           /* what successful restores loaded */
byte promised = NONE; /* reported as unconfirmed since then: a restore takes it up */

/* Whether the counter takes two marks for one. */
#if defined(MUTATION_values_without_digests)
#define same(a, b) (value[a] == value[b])
#elif defined(MUTATION_one_fixed_used_mark)
#define same(a, b) ((a) == (b) || (holds(used, a) && holds(used, b) && value[a] == value[b]))
#else
#define same(a, b) ((a) == (b))
#endif

/* ---- Counter ---- */

#ifdef MUTATION_blind_increment
#define at_parent(g) true
#else
#define at_parent(g) same(counter, parent[g])
#endif

/* Property 4: what one session commits, no other one that is alive takes for its own. */
inline check_one_can_commit(g) {
  for (i : 0 .. INSTANCES - 1) {
    if
    :: alive[i] && session[g] != session[mark[i]] ->
         assert(!same(mark[i], g));
         for (j : 0 .. GENERATIONS - 1) { assert(!holds(open_[i], j) || !same(j, g)) }
    :: else
    fi
  }
  i = 0; j = 0
}

/* Counter::advance, where it is carried out. */
inline advance(g) {
  if
  :: at_parent(g) ->
       counter = g;
       printf("the counter moves to %d\n", g);
       check_one_can_commit(g);
       if
       :: promised != NONE && session[promised] != session[g] -> promised = NONE
       :: else
       fi
  :: else
  fi
}

/* Carries out requests late, and again; never is when it does not run. */
active proctype network() {
  byte g, i, j;
end:
  do
  :: atomic { asked != 0 -> choose(asked, g); d_step { advance(g); g = 0 } }
  od
}

/* ---- one instance ---- */

inline sync(g) {
  durable = durable | bit(g);
  disk = disk | bit(g)
}

/* A generation of session `by` (NONE: of a fresh one), its state continued from `state`. It is
 * durable before its advance is sent; both are one step here, since a crash between them shows as
 * a request that is lost. */
inline write_generation(from, by, state) {
  n = made;
  made++;
  parent[n] = from;
  value[n] = value[from] + 1;
  session[n] = (by == NONE -> n : by);
  origin[n] = n;
  states[n] = states[state] | bit(n);
#ifndef LOCK
  superseded[n] = disk;
#endif
#ifndef MUTATION_counter_before_write
  sync(n);
#endif
  asked = asked | bit(n);
  printf("session %d writes and asks for %d, a child of %d\n", session[n], n, from)
}

/* An answer, or what the reading after a lost one tells. */
inline ask(g) {
  if
  :: d_step { advance(g); found = counter; outcome = (same(found, g) -> committed : conflict) }
  :: outcome = unknown
  fi
}

/* With the lock all may be removed but `g` and what this session proposed after it. Or nothing is,
 * after a crash, or where one file is only appended to. Without the lock see `live`. */
inline tidy(g) {
#ifdef LOCK
  if
  :: disk = bit(g) | later
  :: true
  fi
#else
  skip
#endif
}

/* The counter holds a proposal of this session: what was open besides is buried, but stays on the
 * disk until the next commit. It is newer, and was promised to a restore. */
inline adopt(g) {
#ifdef MUTATION_adopting_removes_later
  later = 0;
#else
  later = open_[me] & ~(bit(g + 1) - 1);
#endif
  printf("session %d is at %d\n", session[g], g);
  mark[me] = g;
  open_[me] = 0;
  saved = saved | bit(g);
  if
  :: promised != NONE && holds(states[g], promised) -> promised = NONE
  :: else
  fi;
  tidy(g);
  later = 0
}

#ifdef MUTATION_late_own_is_newest
#define late_own(n) saved = saved | bit(n)
#else
#define late_own(n) skip
#endif

inline adopt_own_or_fence() {
  i = 0;
  do
  :: i == GENERATIONS -> goto dead
  :: i < GENERATIONS && holds(open_[me], i) && same(i, found) -> adopt(i); break
  :: i < GENERATIONS && !(holds(open_[me], i) && same(i, found)) -> i++
  od;
  i = 0
}

#if defined(MUTATION_children_only)
#define is_proposed_instead(g, m) false
#elif defined(MUTATION_instead_of_any_session)
#define is_proposed_instead(g, m) (parent[g] == parent[m] && g > m)
#elif defined(MUTATION_instead_of_any_number)
#define is_proposed_instead(g, m) (parent[g] == parent[m] && session[g] == session[m] && g != m)
#else
#define is_proposed_instead(g, m) (parent[g] == parent[m] && session[g] == session[m] && g > m)
#endif

/* What a restore may take up where the storage shows `view`: children of the counter's mark; what
 * the mark's own session proposed later in its place (with the same parent); the committed one. */
inline interpret(view) {
  fits = 0; children = 0; instead = 0; pending = 0;
  for (i : 0 .. GENERATIONS - 1) {
    if
    :: !holds(view, i) || holds(used, i)
    :: else ->
         if
         :: same(i, reading) -> fits = fits | bit(i)
         :: else
         fi;
         if
         :: i != 0 && same(parent[i], reading) -> children = children | bit(i)
         :: is_proposed_instead(i, reading) -> instead = instead | bit(i)
         :: else
         fi
    fi
  }
  i = 0
}

/* Keeps those of the newest state; which of several that hold the same is up to the storage. */
inline keep_newest(set) {
  for (i : 0 .. GENERATIONS - 1) {
    for (j : 0 .. GENERATIONS - 1) {
      if
#ifdef MUTATION_ranked_by_storage_order
      :: holds(set, i) && holds(set, j) && session[i] == session[j] && i > j -> set = set & ~bit(j)
#else
      :: holds(set, i) && holds(set, j) && origin[i] > origin[j] -> set = set & ~bit(j)
#endif
      :: else
      fi
    }
  }
  i = 0; j = 0
}

/* A generation with value v proves that v - 1 was committed: never more than the counter shows. */
inline check_no_false_proof() {
  for (i : 1 .. GENERATIONS - 1) {
    assert(!holds(durable, i) || value[parent[i]] <= value[counter])
  }
  i = 0
}

/* Property 2, its first half. */
inline check_one_committed() {
  for (i : 0 .. GENERATIONS - 1) {
    assert(i == counter || !holds(durable & ~used, i) || !same(i, counter))
  }
  i = 0
}

/* A restore that read `reading`, loaded `loaded` and moved the counter on has succeeded. */
inline check_restore() {
  /* Property 1: whatever was reported as saved led to this state, or came after it */
  for (i : 0 .. GENERATIONS - 1) {
    assert(!holds(saved, i) || holds(states[loaded], i) || holds(states[i], n))
  }
  i = 0;
  /* Property 2, its second half */
  assert(!holds(left, reading));
  left = left | bit(reading);
  /* Property 5 */
  if
  :: POLICY == single_use -> assert(!holds(given, loaded)); given = given | bit(loaded)
  :: else
  fi;
  /* What was reported as unconfirmed before an honest host's disk was scanned */
  assert(due == NONE || holds(states[loaded], due))
}

/* Reported as unconfirmed. No other instance may have taken over already. */
inline promise(g) {
  printf("%d is unconfirmed\n", g);
  if
  :: session[counter] == session[g] -> promised = g
  :: else
  fi
}

proctype instance(byte me; bool begins) {
  byte i, j;
  byte n;      /* the generation that is being written or asked for */
  byte latest; /* the last one that this session wrote or took over: the application's state */
  byte later;
  byte found;
  byte reading, loaded, fits, children, instead, pending, due;
  mtype outcome, save;
  if
  :: begins -> goto live
  :: else
  fi;

dead:
  atomic {
#ifndef LOCK
    superseded[n] = 0;
    superseded[mark[me]] = 0;
    for (i : 0 .. GENERATIONS - 1) {
      if
      :: holds(open_[me], i) -> superseded[i] = 0
      :: else
      fi
    }
#endif
    alive[me] = false; mark[me] = 0; open_[me] = 0;
    i = 0; j = 0; n = 0; latest = 0; later = 0; found = 0; reading = 0; loaded = 0; due = 0;
    fits = 0; children = 0; instead = 0; pending = 0; outcome = 0; save = 0
  }

  /* look, interpret, load_newest. Two readings of the counter that agree around a scan are the
   * same as both in one step, since a mark that was left never comes back. A host that hides can
   * choose the candidate, by hiding all that goes before it. */
end_restore:
  atomic {
    made < GENERATIONS;
    d_step { reading = counter; check_no_false_proof(); check_one_committed() };
    if
    :: /* an honest host */
       d_step { due = promised; interpret(disk); pending = children|instead; keep_newest(pending) };
       if
       :: pending != 0 -> choose(pending, loaded)
       :: pending == 0 && fits != 0 -> choose(fits, loaded)
       :: pending == 0 && fits == 0 -> goto dead /* used_up */
       fi
    :: /* any other */
       d_step { promised = NONE; due = NONE; interpret(durable) };
       if
       :: (children | instead | fits) != 0 -> choose(children | instead | fits, loaded)
       :: else -> goto dead
       fi
    fi;
    printf("a restore reads mark %d and loads %d\n", reading, loaded);
    fits = 0; children = 0; instead = 0; pending = 0
  }

#if defined(MUTATION_restore_keeps_counter)
  n = reading;
  goto taken_over;
#elif defined(MUTATION_one_more_accepted)
  if
  :: loaded != reading && parent[loaded] == reading -> n = loaded; goto taken_over
  :: else
  fi;
#endif

  /* write_successor */
  d_step {
    made < GENERATIONS;
    write_generation(reading, NONE, loaded);
    if
    :: POLICY == single_use -> used = used | bit(n)
    :: else -> origin[n] = (loaded == reading -> reading : origin[loaded])
    fi
  }
#ifdef MUTATION_counter_before_write
  if
  :: sync(n)
  :: goto dead
  fi;
#endif

  /* take_over */
  ask(n);
  if
  :: outcome == committed
  :: outcome == conflict -> disk = disk & ~bit(n); goto dead /* and begin again */
  :: outcome == unknown -> goto dead
  fi;
taken_over:
  atomic {
    check_restore();
    printf("the restore of %d succeeds\n", loaded);
    alive[me] = true;
    mark[me] = n;
    latest = n;
    saved = saved | bit(n);
    tidy(n);
    outcome = 0; found = 0; reading = 0; loaded = 0; n = 0; due = 0
  }

live:
  if
  :: printf("session %d dies\n", session[mark[me]]); goto dead /* a crash, or the end */
  :: found = counter; /* confirm */
     if
     :: same(found, mark[me])
     :: else -> atomic { adopt_own_or_fence() }
     fi;
     found = 0;
     goto live
#ifndef LOCK
  :: disk = disk & ~superseded[mark[me]]; goto live /* tidy, however late */
#endif
  :: made < GENERATIONS -> save = periodic
  :: made < GENERATIONS -> save = last
  fi;

  /* checkpoint */
  if
  :: open_[me] != 0 -> /* settle */
       n = latest;
#ifdef MUTATION_listed_when_asked_again
       superseded[n] = disk & ~bit(n);
#endif
       ask(n);
       if
       :: outcome == committed -> atomic { adopt(n) }
       :: outcome == conflict -> atomic { late_own(n); adopt_own_or_fence() }
       :: outcome == unknown && save == last
       :: outcome == unknown && save == periodic ->
            d_step { outcome = 0; save = 0; n = 0 };
            goto live
       fi;
       d_step { outcome = 0; found = 0; n = 0 }
  :: else
  fi;

write:
  atomic {
    made < GENERATIONS ->
#if defined(MUTATION_committed_space_reused)
    disk = disk & ~bit(mark[me]);
#elif defined(MUTATION_given_up_space_reused)
    disk = disk & ~open_[me];
#endif
#ifdef MUTATION_second_names_first
    if
    :: open_[me] != 0 -> write_generation(latest, session[mark[me]], latest)
    :: else -> write_generation(mark[me], session[mark[me]], latest)
    fi;
#else
    write_generation(mark[me], session[mark[me]], latest);
#endif
    latest = n;
    open_[me] = open_[me] | bit(n)
  }
#ifdef MUTATION_counter_before_write
  if
  :: sync(n)
  :: goto dead
  fi;
#endif
  ask(n);
  if
  :: outcome == committed ->
       atomic { adopt(n); outcome = 0; found = 0; n = 0; save = 0 };
       goto live
  :: outcome == conflict ->
       atomic { late_own(n); adopt_own_or_fence(); outcome = 0; found = 0; n = 0 };
       goto write
  :: outcome == unknown ->
       d_step { promise(n); outcome = 0; n = 0; save = 0 };
       goto live
  fi
}

/* Property 3: an honest host can restore what is committed. */
active proctype restorable() {
end:
  atomic { !holds(disk, counter) && !holds(used, counter) -> assert(false) }
}

init {
  atomic {
    alive[0] = true;
    run instance(0, true);
#if INSTANCES > 1
    run instance(1, false)
#endif
  }
}
