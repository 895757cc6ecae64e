/* A counter that lost values, and what the file proves of them (docs/protocol.md: Restore, 2).
 *
 * By accident the counter is put back to a mark that it held before, once. The host is honest, but
 * may lose what was not synced: a note is written after a commit, and synced by the next write. Two
 * instances save and restore, requests arrive late, again or never.
 *
 * A generation proves that its parent was committed; a note proves its own mark. What was reported
 * as saved, and is proved by what the storage shows, is either part of what a restore loads, or the
 * restore is refused.
 */

#include "words.pml"

#ifndef GENERATIONS
#define GENERATIONS 5
#endif

byte made = 1;
byte parent[GENERATIONS] = NONE;
byte value[GENERATIONS];
byte session[GENERATIONS]; /* which has the name of its first generation */
byte origin[GENERATIONS];  /* whose state it holds: its own, or for a take-over what that copied */
byte states[GENERATIONS] = 1; /* whose state led to this one's, itself among them */

byte notes;  /* the marks that the storage shows a note of */
byte synced; /* those that no power cut takes */

byte asked;
byte counter = 0;
byte held = 1;    /* the marks that it ever held */
bool has_lost;    /* it lost values */
byte saved = 1;   /* reported as saved, or taken over */

/* Counter::advance, where it is carried out. */
inline advance(g) {
  if
  :: counter == parent[g] ->
       printf("the counter moves to %d\n", g);
       counter = g;
       held = held | bit(g)
  :: else
  fi
}

active proctype network() {
  byte g;
end:
  do
  :: atomic { asked != 0 -> choose(asked, g); d_step { advance(g); g = 0 } }
  od
}

active proctype accident() {
  byte g;
end:
  atomic {
    choose(held, g);
    g != counter && value[g] < value[counter];
    printf("the counter is put back to %d\n", g);
    counter = g;
    has_lost = true
  }
}

active proctype power() {
end:
  do
  :: notes != synced -> atomic { notes = synced; printf("power is cut\n") }
  od
}

inline ask(g) {
  if
  :: d_step { advance(g); found = counter; outcome = (found == g -> committed : conflict) }
  :: outcome = unknown
  fi
}

inline write_generation(from, by, state) {
  n = made;
  made++;
  parent[n] = from;
  value[n] = value[from] + 1;
  session[n] = (by == NONE -> n : by);
  origin[n] = n;
  states[n] = states[state] | bit(n);
  synced = notes;
  asked = asked | bit(n);
  printf("session %d writes and asks for %d, a child of %d\n", session[n], n, from)
}

/* What is proved to have been committed, and whether that says that the counter lost values: it is
 * beyond the counter's mark, or two marks of one value were committed. */
inline prove() {
  proved = notes;
  for (i : 1 .. GENERATIONS - 1) {
    if
    :: i < made -> proved = proved | bit(parent[i])
    :: else
    fi
  }
  behind = false;
  for (i : 0 .. GENERATIONS - 1) {
    if
    :: holds(proved, i) && value[i] > value[reading] -> behind = true
#ifndef MUTATION_proofs_are_values
    :: holds(proved, i) && value[i] == value[reading] && i != reading -> behind = true
#endif
    :: else
    fi;
#if !defined(MUTATION_proofs_are_values) && !defined(MUTATION_proofs_beside_the_mark_alone)
    for (j : 0 .. GENERATIONS - 1) {
      if
      :: holds(proved, i) && holds(proved, j) && i != j && value[i] == value[j] -> behind = true
      :: else
      fi
    }
#endif
  }
  i = 0; j = 0
}

/* The candidates: those of the newest state. See checkpoint.pml. */
inline interpret() {
  pending = 0;
  for (i : 1 .. GENERATIONS - 1) {
    if
    :: i < made &&
       (parent[i] == reading ||
        (parent[i] == parent[reading] && session[i] == session[reading] && i > reading)) ->
         pending = pending | bit(i)
    :: else
    fi
  }
  for (i : 1 .. GENERATIONS - 1) {
    for (j : 1 .. GENERATIONS - 1) {
      if
      :: holds(pending, i) && holds(pending, j) && origin[i] > origin[j] ->
           pending = pending & ~bit(j)
      :: else
      fi
    }
  }
  i = 0; j = 0
}

proctype instance(bool begins) {
  byte i, j, n, found, latest, mark, open_;
  byte reading, loaded, pending, proved;
  bool behind;
  mtype outcome;
  if
  :: begins -> goto live
  :: else
  fi;

dead:
  atomic {
    i = 0; j = 0; n = 0; found = 0; latest = 0; mark = 0; open_ = 0; reading = 0; loaded = 0;
    pending = 0; proved = 0; behind = false; outcome = 0
  }

end_restore:
#ifdef MUTATION_scanned_after_one_reading
  atomic { made < GENERATIONS; reading = counter };
#endif
  atomic {
    made < GENERATIONS;
#ifndef MUTATION_scanned_after_one_reading
    reading = counter;
#endif
    d_step { prove(); interpret() };
    if
    :: behind ->
         assert(has_lost); /* no false accusation */
         goto dead
    :: !behind && pending != 0 -> choose(pending, loaded)
    :: !behind && pending == 0 -> loaded = reading
    fi;
    printf("a restore reads mark %d and loads %d\n", reading, loaded);
    assert((saved & proved & ~states[loaded]) == 0);
    pending = 0; proved = 0
  }
  atomic {
    made < GENERATIONS;
    write_generation(reading, NONE, loaded);
    origin[n] = (loaded == reading -> reading : origin[loaded])
  }
  ask(n);
  if
  :: outcome == committed ->
       atomic {
         mark = n; latest = n;
         saved = saved | bit(n);
         n = 0; reading = 0; loaded = 0
       }
  :: outcome != committed -> goto dead
  fi;

publish:
  atomic { notes = notes | bit(mark); outcome = 0; found = 0; n = 0 };

live:
  if
  :: goto dead
  :: made < GENERATIONS
  fi;
  if
  :: open_ != 0 -> n = latest; ask(n); goto answered /* settle */
  :: true
  fi;

write:
  atomic {
    made < GENERATIONS;
    write_generation(mark, session[mark], latest);
    latest = n;
    open_ = open_ | bit(n)
  }
  ask(n);

answered:
  if
  :: outcome == committed || (outcome == conflict && holds(open_, found)) ->
       atomic { mark = found; open_ = 0; saved = saved | bit(mark); goto publish }
  :: outcome == conflict && !holds(open_, found) -> goto dead /* fenced, or counter_behind */
  :: outcome == unknown -> atomic { outcome = 0; found = 0; n = 0 }; goto live
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
