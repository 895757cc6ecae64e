/* Words that the models share. */

#define NONE 255
#define bit(g) (1 << (g))
#define holds(set, g) (((set) >> (g)) & 1)

mtype = { committed, conflict, unknown }; /* what became of an advance: Answer::Outcome */

/* Some element of a set that is not empty. */
inline choose(set, element) {
  element = 0;
  do
  :: holds(set, element) -> break
  :: ((set) >> (element + 1)) != 0 -> element++
  od
}
