/* The two ways of publishing: what an honest disk holds at each step, sync by sync (docs/protocol.md:
 * Names, Checkpoint, Restore).
 *
 * With LOCK: one instance after another; files are appended to, or made anew and renamed to FILE
 * after the commit; a power cut loses any part of what was not synced. Without: two instances, each
 * generation in an own file or behind others of its session, no name used twice, nothing renamed,
 * what was listed before is removed after the commit; instances are killed anywhere.
 *
 * A file has the number of the first generation in it. The state does not show here, but for which
 * generations a restore must read to have it.
 */

#include "words.pml"

#ifndef GENERATIONS
#define GENERATIONS 5
#endif

#ifdef LOCK
#define INSTANCES 1
#else
#define INSTANCES 2
#endif

byte made = 1;
byte parent[GENERATIONS] = NONE;
byte session[GENERATIONS]; /* which has the name of its first generation */
byte file[GENERATIONS];
byte needs[GENERATIONS] = 1; /* the generations whose records it refers to, itself among them */
byte superseded[GENERATIONS]; /* the files that were there before its advance was first sent */

/* Of the generations, whole: */
byte shown = 1;  /* those that the system shows, from its memory or the disk */
byte synced = 1; /* those that are on the disk */
byte lost;       /* those that a failed sync has lost: no later sync writes them */

/* Of the files: */
#ifdef LOCK
byte FILE = 0;
byte FILE_synced = 0;
byte names, names_synced; /* those that have a name of their own */
#else
byte FILE = NONE;
byte FILE_synced = NONE;
byte names = 1;
byte names_synced = 1;
#endif

byte asked;
byte counter = 0;

/* Whether a power cut would leave the file a name, however much of the folder is written. */
#define is_named(f) \
  ((FILE == (f) && FILE_synced == (f)) || holds(names & names_synced, f) || \
   (FILE == (f) && holds(names_synced, f)))

/* Property 3: an honest host can restore what is committed, even after a power cut. */
#define restorable (is_named(file[counter]) && (needs[counter] & ~synced) == 0)

active proctype check() {
end:
  atomic { !restorable -> assert(false) }
}

/* Counter::advance, where it is carried out. */
inline advance(g) {
  if
  :: counter == parent[g] -> counter = g; printf("the counter moves to %d\n", g)
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
  asked = asked | bit(g);
  if
  :: d_step { advance(g); found = counter; outcome = (found == g -> committed : conflict) }
  :: outcome = unknown
  fi
}

/* The generations in a file. */
inline find_in(f, set) {
  set = 0;
  for (i : 0 .. GENERATIONS - 1) {
    if
    :: i < made && file[i] == f -> set = set | bit(i)
    :: else
    fi
  }
  i = 0
}

#ifdef LOCK
/* Power is cut: of what was not synced any part is there afterwards. */
inline power_cut() {
  atomic {
    printf("power is cut\n");
    i = 0;
    do
    :: i == GENERATIONS -> break
    :: i < GENERATIONS && holds(shown & ~synced & ~lost, i) -> synced = synced | bit(i); i++
    :: i < GENERATIONS -> i++
    od;
    if
    :: FILE != FILE_synced -> /* a rename: all of it, or nothing */
         if
         :: names_synced = names_synced & ~bit(FILE); FILE_synced = FILE
         :: true
         fi
    :: else
    fi;
    i = 0;
    do
    :: i == GENERATIONS -> break
    :: i < GENERATIONS && holds(names_synced & ~names, i) && i != FILE ->
         names_synced = names_synced & ~bit(i); i++
    :: i < GENERATIONS && holds(names & ~names_synced, i) ->
         names_synced = names_synced | bit(i); i++
    :: i < GENERATIONS -> i++
    od;
    i = 0;
    shown = synced;
    lost = 0;
    FILE = FILE_synced;
    names = names_synced
  }
}
#endif

inline sync_folder() {
  names_synced = names;
  FILE_synced = FILE
}

/* Writes a generation to a file of its own (`where` is NONE), or behind what is in `where`. */
inline write_generation(from, by, where, refers_to) {
  n = made;
  made++;
  parent[n] = from;
  session[n] = (by == NONE -> n : by);
  file[n] = (where == NONE -> n : where);
  needs[n] = bit(n) | refers_to;
  printf("session %d writes %d, a child of %d, to file %d\n", session[n], n, from, file[n]);
#ifdef MUTATION_two_alternating_files
  shown = shown & bit(from);
  synced = synced & bit(from);
  names = names & bit(file[from]);
#endif
#ifdef MUTATION_written_at_the_remembered_end
  /* what another session wrote behind `by`'s last one is overwritten */
  if
  :: by != NONE && where != NONE ->
       for (i : 0 .. GENERATIONS - 1) {
         if
         :: i < n && file[i] == where && session[i] != by && i > mark ->
              shown = shown & ~bit(i);
              synced = synced & ~bit(i)
         :: else
         fi
       }
       i = 0
  :: else
  fi;
#endif
  shown = shown | bit(n);
  if
  :: where == NONE -> names = names | bit(n)
  :: else
  fi
}

/* The sync of the file, and of the folder if its name is new, or not known to be synced. Where the first fails the bytes are
 * void: nothing refers to them, and nothing more is written to that file. */
inline sync(is_new, failed) {
  if
  :: d_step {
       find_in(file[n], in_file);
       synced = synced | (shown & in_file & ~lost);
       in_file = 0
     }
#ifdef LOCK
  :: d_step { lost = lost | (bit(n) & ~synced); spent = true };
#ifdef MUTATION_failed_sync_repeated
     d_step { find_in(file[n], in_file); synced = synced | (shown & in_file & ~lost); in_file = 0 }
#else
     discard(n);
     goto failed
#endif
#endif
  fi;
#ifndef MUTATION_folder_not_synced
  if
  :: is_new -> d_step { sync_folder() }
  :: else
  fi
#else
  skip
#endif
}

/* What was written is of no use to anybody; it may stay all the same. */
inline discard(g) {
  if
  :: d_step { shown = shown & ~bit(g); synced = synced & ~bit(g); names = names & ~bit(g) }
  :: true
  fi
}

/* The counter holds `g`: with the lock its file takes FILE's name, and all other names go but of
 * what was proposed after it. Without, the files that were listed go. */
inline tidy(g) {
#if defined(LOCK) || defined(MUTATION_renamed_without_lock)
  if
  :: FILE != file[g] && holds(names, file[g]) ->
       d_step { FILE = file[g]; names = names & ~bit(FILE) }
  :: else
  fi;
#endif
#ifdef LOCK
  names = names & later
#else
  names = names & ~superseded[g]
#endif
}

inline list_superseded(g) {
#ifndef LOCK
  superseded[g] = names & ~bit(file[g])
#else
  skip
#endif
}

/* Whether the storage shows all that a restore of it reads. */
#define is_whole(g) \
  ((needs[g] & ~shown) == 0 && (FILE == file[g] || holds(names, file[g])))

inline interpret() {
  pending = 0;
  for (i : 1 .. GENERATIONS - 1) {
    if
    :: i < made && is_whole(i) &&
       (parent[i] == reading ||
        (parent[i] == parent[reading] && session[i] == session[reading] && i > reading)) ->
         pending = pending | bit(i)
    :: else
    fi
  }
  i = 0
}

proctype instance(bool begins) {
  byte i, n, found, latest, mark, open_, later, in_file;
  byte reading, loaded, pending;
  bool spent;
  mtype outcome;
  if
  :: begins -> goto live
  :: else
  fi;

dead:
#ifdef LOCK
  if
  :: power_cut()
  :: true
  fi;
#endif
  atomic {
    i = 0; n = 0; found = 0; latest = 0; mark = 0; open_ = 0; later = 0; in_file = 0;
    reading = 0; loaded = 0; pending = 0; spent = false; outcome = 0
  }

end_restore:
  atomic {
    made < GENERATIONS;
    reading = counter;
    d_step { interpret() };
    if
    :: pending != 0 -> choose(pending, loaded)
    :: loaded = reading
    fi;
    printf("a restore reads mark %d and loads %d\n", reading, loaded);
    pending = 0
#ifdef MUTATION_half_written_cleaned_up
    ;
    for (i : 0 .. GENERATIONS - 1) {
      if
      :: !holds(shown, i) -> names = names & ~bit(i)
      :: else
      fi
    }
    i = 0
#endif
  }
  atomic {
    made < GENERATIONS;
    /* write_successor: refers to what is committed, copies what is pending, since nobody knows
     * whether its sync succeeded (what that refers to was synced). In a file of its own it copies
     * all. */
    if
#if defined(LOCK) || defined(MUTATION_written_at_the_remembered_end)
#ifdef MUTATION_pending_referred_to
    :: write_generation(reading, NONE, file[loaded], needs[loaded])
#else
    :: loaded == reading -> write_generation(reading, NONE, file[loaded], needs[loaded])
    :: loaded != reading ->
         write_generation(reading, NONE, file[loaded], (needs[loaded] & ~bit(loaded)))
#endif
#else
    :: write_generation(reading, NONE, NONE, 0)
#endif
    fi
  }
#ifdef MUTATION_pending_name_not_synced
  sync(file[n] == n, dead);
#else
  sync(file[n] == n || loaded != reading, dead);
#endif
  list_superseded(n);
  ask(n);
  if
  :: outcome == committed -> atomic { mark = n; latest = n; outcome = 0; found = 0; reading = 0; loaded = 0 }
  :: outcome == conflict -> discard(n); goto dead
  :: outcome == unknown -> goto dead
  fi;

publish:
  atomic { n = 0; outcome = 0; found = 0 };
  if
  :: tidy(mark)
  :: goto dead
  fi;
  later = 0;

live:
  if
  :: goto dead
  :: made < GENERATIONS
  fi;
  if
  :: open_ != 0 -> /* settle; the last save writes one more in any case */
       n = latest;
       ask(n);
       goto answered
  :: true
  fi;

write:
#ifdef MUTATION_half_written_cleaned_up
  /* make_file, then the generation: here another instance comes in between */
  atomic { made < GENERATIONS; n = made; made++; file[n] = n; names = names | bit(n) };
  d_step {
    parent[n] = mark;
    session[n] = session[mark];
    needs[n] = bit(n);
    shown = shown | bit(n)
  };
#else
  atomic {
    made < GENERATIONS;
    if
    :: !spent -> write_generation(mark, session[mark], file[mark], 0)
    :: !spent && file[latest] == file[mark] && session[latest] == session[mark] ->
         write_generation(mark, session[mark], file[mark], needs[latest]) /* an increment */
    :: write_generation(mark, session[mark], NONE, 0)
    fi
  }
#endif
#ifdef MUTATION_asked_before_sync
  ask(n);
#endif
  sync(file[n] == n, live);
  atomic { open_ = open_ | bit(n); latest = n };
#ifdef MUTATION_renamed_before_commit
  if
  :: file[n] == n -> d_step { FILE = n; names = names & ~bit(n) }
  :: else
  fi;
#endif
  list_superseded(n);
  ask(n);

answered:
  if
  :: outcome == committed ->
       atomic { mark = n; later = 0; open_ = 0; goto publish }
  :: outcome == conflict && holds(open_, found) ->
       atomic {
         mark = found;
         later = open_ & ~(bit(found + 1) - 1);
         open_ = 0;
         goto publish
       }
  :: outcome == conflict && !holds(open_, found) -> goto dead /* fenced */
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
