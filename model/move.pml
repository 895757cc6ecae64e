/* Moving a lineage from counter X to counter Y.
 *
 * Y gets a birth. A generation g is written whose parent is the mark on X, and on Y the birth; Y
 * moves to it, which reserves it: nobody can start on Y under the name any more. Then X moves to it:
 * the commit point. A reservation that can no longer be committed on X, since X went another way,
 * may be replaced by another generation, its child on Y. Under X nothing ever has g for its parent:
 * a restore passes it over, and a session that finds X at g stops, even if g was its own proposal. A
 * restore under Y that finds g sees to it that X is at g before it takes it up.
 *
 * An instance that uses X, saves, crashes, restores under X, or moves the lineage by a restore with
 * both counters named; another one that does only the latter, at the same time; a program that restores under Y, with X named or not, which is
 * also what a move ends with; a stranger that starts on Y under the same name; requests late, again
 * or never; a host that hides what it likes. A restore takes nothing over here but what it must:
 * what is pending is in checkpoint.pml. Making a reservation void (make_void in the code) is a
 * restore under X.
 *
 * Births and generations share the numbers. Generation 0 is committed on X, its session alive.
 */

#include "words.pml"

#ifndef MARKS
#define MARKS 6
#endif

#define ABSENT NONE
#define INSTANCES 2

byte made = 1;
byte parent_x[MARKS] = NONE; /* NONE: it is none for X */
byte parent_y[MARKS] = NONE; /* NONE: for Y, a birth alone has ABSENT for its parent */
byte states[MARKS] = 1;      /* whose state led to this one's, itself among them */
byte moves;                  /* the generations that move the lineage */
byte births;                 /* on Y */

byte asked_x, asked_y;
byte x = 0;
byte y = ABSENT;

byte left_y; /* marks of Y that a successful restore moved it away from */

/* Properties 1 and 4: nothing is committed on X once it was left; nothing of the lineage on Y
 * before; and what is committed continues what was committed before. */
inline advance_x(m) {
  if
  :: parent_x[m] == x ->
       printf("X moves to %d\n", m);
       assert(!holds(moves, x));
       assert(holds(states[m], x));
       x = m
  :: else
  fi
}

inline advance_y(m) {
  if
  :: (parent_y[m] == y && !holds(births, m)) || (holds(births, m) && y == ABSENT) ->
       printf("Y moves to %d\n", m);
       if
       :: states[m] != 0 && !holds(moves, m) ->
            assert(holds(moves, x) && holds(states[m], x));
            assert(holds(moves, y) || holds(states[m], y))
       :: else
       fi;
       y = m
  :: else
  fi
}

/* Carries out requests late, and again; never is when it does not run. */
active proctype network() {
  byte m;
end:
  do
  :: atomic { asked_x != 0 -> choose(asked_x, m); d_step { advance_x(m); m = 0 } }
  :: atomic { asked_y != 0 -> choose(asked_y, m); d_step { advance_y(m); m = 0 } }
  od
}

/* An answer, or what the reading after a lost one tells. */
inline ask_x(m) {
  asked_x = asked_x | bit(m);
  if
  :: d_step { advance_x(m); found = x; outcome = (found == m -> committed : conflict) }
  :: outcome = unknown
  fi
}

inline ask_y(m) {
  asked_y = asked_y | bit(m);
  if
  :: d_step { advance_y(m); found = y; outcome = (found == m -> committed : conflict) }
  :: outcome = unknown
  fi
}

inline make_birth() {
  n = made;
  made++;
  states[n] = 0;
  births = births | bit(n)
}

inline write_generation(on_x, on_y, state) {
  n = made;
  made++;
  parent_x[n] = on_x;
  parent_y[n] = on_y;
  states[n] = states[state] | bit(n);
  printf("%d is written: on X a child of %d, on Y of %d\n", n, on_x, on_y)
}

/* A program that uses X, or only moves the lineage away from there. */
proctype instance(bool uses_x) {
  byte n, found, mark, base;
  mtype outcome;
  if
  :: uses_x -> goto live
  :: else
  fi;

dead:
  atomic { n = 0; found = 0; mark = 0; base = 0; outcome = 0 }

  /* restore: a move is passed over, and a committed one is the end under X */
end_restore:
  if
  :: made < MARKS && !holds(moves, x) -> goto bring_over
  :: atomic {
       uses_x && made < MARKS && !holds(moves, x) ->
         mark = x;
         write_generation(mark, NONE, mark)
     }
  fi;
  ask_x(n);
  if
  :: outcome == committed -> atomic { mark = n; outcome = 0; found = 0; n = 0 }
  :: outcome != committed -> goto dead
  fi;

live:
  if
  :: goto dead
  :: made < MARKS -> goto checkpoint
  fi;

checkpoint:
  atomic { made < MARKS; write_generation(mark, NONE, mark) };
  ask_x(n);
settled:
  if
  :: outcome == committed -> atomic { mark = n; outcome = 0; found = 0; n = 0 }; goto live
#ifdef MUTATION_move_taken_for_success
  :: outcome == conflict && holds(moves, found) ->
       atomic { mark = found; outcome = 0; found = 0; n = 0 };
       goto live
#endif
  :: outcome != committed -> goto dead /* fenced, or moved; or unconfirmed, in checkpoint.pml */
  fi;

  /* move. Y is read first: what X shows after that tells whether the reservation can still be
   * committed. */
bring_over:
#ifdef MUTATION_x_read_before_y
  mark = x;
#else
  base = y;
#endif
  atomic {
#ifdef MUTATION_x_read_before_y
    base = y;
#else
    mark = x;
#endif
    if
    :: holds(moves, mark) -> goto dead /* it is moved: what is left is under_y */
    :: else
    fi
  };
  if
  :: base == ABSENT ->
give_birth:
       atomic { made < MARKS; make_birth() };
       ask_y(n);
       if
       :: outcome == committed -> atomic { base = n; outcome = 0; found = 0; n = 0 }
       :: outcome != committed -> goto dead
       fi
  :: base != ABSENT && holds(births, base)
  :: base != ABSENT && holds(moves, base) && parent_x[base] == mark ->
       atomic { n = base; base = 0; mark = 0 };
       goto leave
#ifdef MUTATION_live_reservation_replaced
  :: base != ABSENT && holds(moves, base) && parent_x[base] == mark
#endif
  :: base != ABSENT && holds(moves, base) && parent_x[base] != mark
  :: base != ABSENT && !holds(births | moves, base) -> goto dead /* taken by another lineage */
  fi;
reserve:
  atomic {
    made < MARKS;
    write_generation(mark, base, mark);
    moves = moves | bit(n);
    base = 0;
    mark = 0
  };
#ifndef MUTATION_committed_before_reserved
  ask_y(n);
  if
  :: outcome == committed -> outcome = 0
  :: outcome != committed -> goto dead
  fi;
#endif
leave:
  ask_x(n);
#ifdef MUTATION_committed_before_reserved
  if
  :: outcome == committed -> ask_y(n)
  :: else
  fi;
#endif
  goto dead /* and what follows a commit is under_y */
}

/* A program that restores under Y, any number of times. */
proctype under_y() {
  byte n, found, mark;
  mtype outcome;

dead:
  atomic { n = 0; found = 0; mark = 0; outcome = 0 }

end_restore:
  if
  :: atomic { y != ABSENT && holds(moves, y) -> mark = y }
  :: atomic { y != ABSENT && !holds(births | moves, y) && states[y] != 0 -> mark = y }; goto take_over
  fi;

  /* complete */
  found = x;
  if
  :: found == mark
#ifdef MUTATION_taken_up_before_committed
  :: true
#endif
  :: found == parent_x[mark] ->
       ask_x(mark);
       if
       :: outcome == committed -> outcome = 0
       :: outcome != committed -> goto dead
       fi
  :: else -> goto dead /* the reservation is void: the lineage lives on X */
  fi;

take_over:
  atomic { made < MARKS; write_generation(NONE, mark, mark) };
  ask_y(n);
  if
  :: outcome == committed ->
       /* Property 2 */
       atomic { assert(!holds(left_y, mark)); left_y = left_y | bit(mark) }
  :: else
  fi;
  goto dead
}

/* Starts on Y under the same name. Its generation has no state of the lineage; nobody waits for
 * the answers here. */
proctype stranger() {
end_start:
  atomic {
    made < MARKS && y != ABSENT && holds(births, y);
    parent_y[made] = y;
    states[made] = 0;
    asked_y = asked_y | bit(made);
    printf("the stranger writes %d, a child of %d\n", made, y);
    made++
  }
}

/* Property 3: as long as X counts, what it holds can be restored under it (nothing is removed
 * here). Once it was left, Y has the lineage. */
active proctype restorable() {
end:
  atomic { holds(moves, x) && (y == ABSENT || !holds(states[y], x)) -> assert(false) }
}

init {
  atomic {
    run instance(true);
    run instance(false);
#ifdef STRANGER
    run stranger();
#endif
    run under_y()
  }
}
