#include "core/g.h"
#include "core/panic.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

_Thread_local struct g *current_g;

/* Gs are recycled but never freed: a late futex wake, or a reader of the sums, may still hold the
 * address of one whose thread has ended. Counts stay with the G, so the sums never go back. */
static pthread_mutex_t all_lock = PTHREAD_MUTEX_INITIALIZER;
static struct g *all_gs;  /* under all_lock */
static struct g *free_gs; /* under all_lock */
static uint32_t last_id;  /* under all_lock */
static pthread_once_t key_once = PTHREAD_ONCE_INIT;
static pthread_key_t key;

static void recycle(void *arg)
{
    struct g *gp = arg;
    current_g = NULL;
    pthread_mutex_lock(&all_lock);
    gp->next_free = free_gs;
    free_gs = gp;
    pthread_mutex_unlock(&all_lock);
}

static void make_key(void)
{
    if (pthread_key_create(&key, recycle))
        gothrow("out of thread keys");
}

static struct g *allocate(void)
{
    struct g *gp = aligned_alloc(CACHE_LINE, sizeof(*gp));
    if (!gp)
        gothrow("out of memory");
    memset(gp, 0, sizeof(*gp));
    gp->next_all = all_gs;
    all_gs = gp;
    return gp;
}

struct g *newg(void)
{
    pthread_once(&key_once, make_key);
    pthread_mutex_lock(&all_lock);
    struct g *gp = free_gs;
    if (gp)
        free_gs = gp->next_free;
    else
        gp = allocate();
    gp->id = ++last_id;
    pthread_mutex_unlock(&all_lock);
    gp->sudog.g = gp;
    current_g = gp;
    if (pthread_setspecific(key, gp))
        gothrow("out of memory");
    return gp;
}

static const char *const names[] = {
#define OUTCOME(id, name, what) name,
#include "core/outcome.def"
#undef OUTCOME
};

static const char *const whats[] = {
#define OUTCOME(id, name, what) what,
#include "core/outcome.def"
#undef OUTCOME
};

const char *hchan_outcome_name(unsigned i)
{
    return i < HCHAN_OUTCOMES ? names[i] : NULL;
}

const char *hchan_outcome_what(unsigned i)
{
    return i < HCHAN_OUTCOMES ? whats[i] : NULL;
}

static void add_counts(uint64_t totals[HCHAN_OUTCOMES], struct g *gp)
{
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        totals[i] += load_rlx(&gp->outcomes[i]);
}

void hchan_outcomes_read(uint64_t totals[HCHAN_OUTCOMES])
{
    memset(totals, 0, HCHAN_OUTCOMES * sizeof(totals[0]));
    pthread_mutex_lock(&all_lock);
    for (struct g *gp = all_gs; gp; gp = gp->next_all)
        add_counts(totals, gp);
    pthread_mutex_unlock(&all_lock);
}

void hchan_outcomes_self(uint64_t totals[HCHAN_OUTCOMES])
{
    memset(totals, 0, HCHAN_OUTCOMES * sizeof(totals[0]));
    add_counts(totals, getg());
}
