/* The channel's outcomes as PAPI software defined events. */
#include "core/outcome.h"
#include "harness/counters.h"
#include <errno.h>
#include <papi.h>
#include <sde_lib.h>
#include <stdio.h>

static int event_set = PAPI_NULL;

/* Called by PAPI when the event is read: adds up the threads' own counts. */
static long long read_outcome(void *arg)
{
    uint64_t totals[HCHAN_OUTCOMES];
    hchan_outcomes_read(totals);
    return (long long)totals[(uintptr_t)arg];
}

static int fail(int status, const char *what, char *reason, size_t size)
{
    snprintf(reason, size, "%s: %s", what, PAPI_strerror(status));
    return -EIO;
}

int counters_outcomes_init(char *reason, size_t size)
{
    if (event_set != PAPI_NULL)
        return 0;
    papi_handle_t library = papi_sde_init("hchan");
    for (uintptr_t i = 0; i < HCHAN_OUTCOMES; i++) {
        const char *name = hchan_outcome_name((unsigned)i);
        papi_sde_register_counter_cb(library, name, PAPI_SDE_RO | PAPI_SDE_INSTANT,
                                     PAPI_SDE_long_long, read_outcome, (void *)i);
        papi_sde_describe_counter(library, name, hchan_outcome_what((unsigned)i));
    }
    int status = PAPI_library_init(PAPI_VER_CURRENT);
    if (status != PAPI_VER_CURRENT)
        return fail(status, "PAPI does not start", reason, size);
    status = PAPI_create_eventset(&event_set);
    if (status != PAPI_OK)
        return fail(status, "no event set", reason, size);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++) {
        char name[96];
        snprintf(name, sizeof(name), "sde:::hchan::%s", hchan_outcome_name(i));
        status = PAPI_add_named_event(event_set, name);
        if (status != PAPI_OK)
            return fail(status, name, reason, size);
    }
    status = PAPI_start(event_set);
    return status == PAPI_OK ? 0 : fail(status, "counting does not start", reason, size);
}

int counters_outcomes_read(uint64_t *values, char *reason, size_t size)
{
    long long read[HCHAN_OUTCOMES];
    int status = PAPI_read(event_set, read);
    if (status != PAPI_OK)
        return fail(status, "the outcomes can't be read", reason, size);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        values[i] = (uint64_t)read[i];
    return 0;
}
