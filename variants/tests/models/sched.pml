/* core/sched/idle.c's idle protocol: a thread that queues a goroutine and a P that goes to sleep do
 * not miss each other. Queues are counts, since it does not matter here which goroutine is taken.
 * runnext is one place, for which no P is woken, and which the watcher checks.
 *
 * THREAD goroutines are made by a thread, and the first that runs makes MADE more. Each keeps its P
 * until as many have begun as there are Ps, so while one P sleeps none may be left in a queue. At
 * the end all Ps sleep, are idle and are counted as idle. What is done under the lock is one step.
 *
 * Checks by the watcher that find nothing change nothing, and are left out: it checks only if there
 * is something to see. A P that went to sleep before it was the watcher, or while no P was busy,
 * sleeps until it is notified.
 *
 * verify: -DN=2 -DTHREAD=2 -DMADE=2
 *
 * A P is woken for a goroutine before the goroutine can be seen.
 * mutant: MUTANT_WAKES_FIRST -DN=2 -DTHREAD=2 -DMADE=0
 * The last check before the sleep comes before the P is idle.
 * mutant: MUTANT_LOOKS_FIRST -DN=2 -DTHREAD=2 -DMADE=0
 * There is no last check.
 * mutant: MUTANT_LOOKS_NOT -DN=2 -DTHREAD=2 -DMADE=0
 * The last check is of the rings only.
 * mutant: MUTANT_LOOKS_AT_RINGS -DN=2 -DTHREAD=2 -DMADE=0
 * A P that returns for work takes one goroutine, and wakes no P for the others.
 * mutant: MUTANT_COMES_BACK_BLIND -DN=2 -DTHREAD=2 -DMADE=0
 * A P that has found work stops spinning, and does not check again.
 * mutant: MUTANT_STOPS_BLIND -DN=2 -DTHREAD=2 -DMADE=0
 * It checks again before it has stopped spinning.
 * mutant: MUTANT_STOPS_LATE -DN=2 -DTHREAD=2 -DMADE=0
 * A P that goes idle still counts as spinning.
 * mutant: MUTANT_SPINNING_LEAKS -DN=2 -DTHREAD=2 -DMADE=0
 * A P that goes idle checks outside the lock whether it spins: a waker may already have set that.
 * mutant: MUTANT_DROPS_WAKER -DN=2 -DTHREAD=2 -DMADE=0
 * A woken P does not count as spinning.
 * mutant: MUTANT_WOKEN_IS_NOT_COUNTED -DN=2 -DTHREAD=2 -DMADE=0
 * A waker that finds no idle P stops counting as spinning only after it has unlocked.
 * mutant: MUTANT_GIVES_BACK_LATE -DN=3 -DTHREAD=1 -DMADE=2
 * The watching P is woken, and the next one is not notified.
 * mutant: MUTANT_NOT_HANDED_ON -DN=3 -DTHREAD=1 -DMADE=2
 * All Ps were idle and one no longer is: the watching P is not notified.
 * mutant: MUTANT_WATCHES_NOT -DN=2 -DTHREAD=1 -DMADE=1
 * No P checks the runnexts.
 * mutant: MUTANT_NO_WATCHER -DN=2 -DTHREAD=1 -DMADE=1
 */
#define ALL (THREAD + MADE)

#define NONE 0 /* enum note */
#define LOOK 1
#define RUN  2
#define NOBODY N

byte size;    /* of the global queue */
byte ring[N];
bool next[N]; /* a goroutine is in runnext */

byte note[N];
bool idle[N], spinning[N]; /* spinning: it counts as spinning */
bool for_good[N];          /* it sleeps until it is notified */
byte idles, spinners;
byte watcher = NOBODY;

byte begun, made;
bool over;

/* Takes q from the idle Ps; look is the P to notify, or NOBODY. */
inline idle_remove(q)
{
    d_step {
        assert(idle[q]);
        idle[q] = false;
        look = (idles == N -> watcher : NOBODY);
        idles--;
#ifdef MUTANT_WATCHES_NOT
        look = NOBODY;
#endif
        if
        :: watcher == q ->
            watcher = (idle[0] -> 0 : (idle[1] -> 1 : (N > 2 && idle[N - 1] -> N - 1 : NOBODY)));
            look = watcher
        :: else
        fi;
#ifdef MUTANT_NOT_HANDED_ON
        look = NOBODY
#endif
    }
}

inline tell()
{
    d_step {
        if
        :: look != NOBODY && note[look] == NONE -> note[look] = LOOK
        :: else
        fi;
        look = NOBODY
    }
}

/* Some idle P, or NOBODY. */
inline some_idle(q)
{
    if
    :: idle[0] -> q = 0
    :: idle[1] -> q = 1
#if N > 2
    :: idle[2] -> q = 2
#endif
    :: !idle[0] && !idle[1] && !idle[N - 1] -> q = NOBODY
    fi
}

inline wake_another()
{
    if
    :: idles == 0
    :: else ->
        if
        :: spinners != 0
        :: atomic { spinners == 0 -> spinners = 1 };
           atomic {
               some_idle(woken);
               if
               :: woken != NOBODY ->
                    idle_remove(woken);
#ifndef MUTANT_WOKEN_IS_NOT_COUNTED
                    spinning[woken] = true
#endif
#ifdef MUTANT_GIVES_BACK_LATE
               :: else
#else
               :: else -> spinners--
#endif
               fi
           };
           if
           :: woken != NOBODY -> note[woken] = RUN
#ifdef MUTANT_GIVES_BACK_LATE
           :: else -> spinners--
#else
           :: else
#endif
           fi;
           tell();
           woken = NOBODY
        fi
    fi
}

/* Reads each queue by itself. */
inline some_work()
{
    some = false;
#ifndef MUTANT_LOOKS_AT_RINGS
    if
    :: size -> some = true
    :: else
    fi;
#endif
    i = 0;
    do
    :: i < N && !some -> some = ring[i] > 0; i++
    :: else -> break
    od;
    i = 0
}

inline start_spinning()
{
    d_step { spinning[me] = true; spinners++ }
}

/* pp has found work. */
inline stop_spinning()
{
    if
    :: spinning[me] ->
#ifdef MUTANT_STOPS_LATE
        some_work();
        d_step { spinning[me] = false; spinners-- };
#else
        d_step { spinning[me] = false; spinners-- };
        some_work();
#endif
#ifndef MUTANT_STOPS_BLIND
        if
        :: some -> wake_another()
        :: else
        fi
#endif
    :: else
    fi
}

/* Its own queues, then half of the global one: one goroutine to run, the others into the ring. */
inline find()
{
    atomic {
        if
        :: next[me] -> next[me] = false; found = true
        :: !next[me] && ring[me] -> ring[me]--; found = true
        :: else
        fi
    };
    if
    :: !found && size ->
        atomic {
            if
            :: size > 1 -> ring[me]++; size = size - 2; found = true
            :: size == 1 -> size--; found = true
            :: else
            fi
        }
    :: else
    fi
}

/* A check of the others' rings in between; the last one is in go_idle(). It takes all of a ring,
 * since it does not matter how many: one goroutine to run, the others for its own ring. In between
 * they are in neither. */
inline steal_from(q)
{
    moved = ring[q] - 1;
    ring[q] = 0;
    found = true
}

inline steal()
{
    atomic {
        if
        :: ring[0] -> steal_from(0)
        :: ring[1] -> steal_from(1)
#if N > 2
        :: ring[2] -> steal_from(2)
#endif
        :: else
        fi
    };
    if
    :: moved ->
        d_step { ring[me] = ring[me] + moved; moved = 0 };
        wake_another()
    :: else
    fi
}

/* Puts a goroutine into its runnext, and the one that was there into its ring. */
inline put_next()
{
    atomic {
        if
        :: !next[me] -> next[me] = true; put = false
        :: else -> put = true
        fi
    };
    if
    :: put ->
        ring[me]++;
        wake_another();
        put = false
    :: else
    fi
}

inline come_back()
{
    atomic {
        if
        :: idle[me] -> idle_remove(me); came = true
        :: else -> came = false
        fi
    };
    tell()
}

/* The watcher has seen another P's runnext. */
inline watch()
{
    atomic {
        if
        :: watcher == me && (next[0] || next[1] || next[N - 1]) -> idle_remove(me); came = true
        :: else
        fi
    };
    tell();
    if
    :: came ->
        atomic {
            if /* from another P: its own is empty */
            :: next[0] -> next[0] = false; next[me] = true
            :: next[1] -> next[1] = false; next[me] = true
#if N > 2
            :: next[2] -> next[2] = false; next[me] = true
#endif
            :: else
            fi
        }
    :: else
    fi
}

#ifdef MUTANT_NO_WATCHER
#define WATCHES false
#else
#define WATCHES (!for_good[me] && (next[0] || next[1] || next[N - 1]))
#endif

/* idle_sleep(): until it is no longer idle. */
inline sleep()
{
    came = false;
    do
    :: !came ->
        for_good[me] = !(watcher == me && idles < N);
        if
        :: note[me] == RUN -> note[me] = NONE; break
        :: note[me] == LOOK || WATCHES ->
            d_step {
                if
                :: note[me] == LOOK -> note[me] = NONE
                :: else
                fi
            };
            watch()
        :: over -> goto stopped
        fi
    :: else -> break
    od
}

inline go_idle()
{
#ifdef MUTANT_LOOKS_FIRST
    some_work();
#endif
    d_step {
        spun = spinning[me];
#ifndef MUTANT_DROPS_WAKER
        spinning[me] = false;
#endif
        idle[me] = true;
        idles++;
        if
        :: watcher == NOBODY -> watcher = me
        :: else
        fi
    };
    if
#ifdef MUTANT_DROPS_WAKER
    :: spinning[me] -> d_step { spinning[me] = false; spinners-- }
#elif !defined(MUTANT_SPINNING_LEAKS)
    :: spun -> spinners--
#endif
    :: else
    fi;
    spun = false;
#if defined(MUTANT_LOOKS_NOT)
    some = false;
#elif !defined(MUTANT_LOOKS_FIRST)
    some_work();
#endif
    came = false;
    if
    :: some -> come_back()
    :: else
    fi;
    if
    :: came ->
#ifdef MUTANT_COMES_BACK_BLIND
        skip
#else
        start_spinning()
#endif
    :: else -> sleep()
    fi;
    atomic { some = false; came = false; for_good[me] = false }
}

/* A goroutine. The first makes others, and each keeps its P until enough have begun. */
inline go_on()
{
#if MADE > 0
    d_step { first = begun == 0; begun++ };
    do
    :: first && made < MADE -> made++; put_next()
    :: else -> break
    od;
    first = false;
#else
    begun++;
#endif
    begun >= (ALL < N -> ALL : N)
}

active [N] proctype p()
{
    byte me = _pid, i, look = NOBODY, woken = NOBODY, moved;
    bool found, some, put, came, first, spun;

    do
    :: find();
       if
       :: found
       :: else ->
            if /* or as many spin as are allowed */
            :: !spinning[me] -> start_spinning()
            :: true
            fi;
            steal()
       fi;
       if
       :: found ->
            found = false;
            stop_spinning();
            some = false;
            go_on()
       :: else -> go_idle()
       fi
    od;
stopped: skip
}

active proctype thread()
{
    byte i, look = NOBODY, woken = NOBODY;
    do
    :: i < THREAD ->
#ifdef MUTANT_WAKES_FIRST
        wake_another();
#endif
        size++;
#ifndef MUTANT_WAKES_FIRST
        wake_another();
#endif
        i++
    :: else -> break
    od;
    timeout; /* no process can go on */
    assert(begun == ALL && idles == N && spinners == 0 && !size);
    over = true
}
