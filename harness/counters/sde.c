/* The channel's outcomes as PAPI's software defined events (counters.h). It owns the event set that
 * they are in, for the whole process. */
/* SPDX-License-Identifier: MIT */
#include "harness/counters/counters.h"
#include "harness/counters/papi.h"
#include <hchan/outcome.h>
#include <sde_lib.h>

static int event_set = PAPI_NULL; /* PAPI_NULL until it has every outcome and runs */

/* PAPI calls this when the event is read. */
static long long read_outcome(void *arg)
{
    uint64_t totals[HCHAN_OUTCOMES];
    hchan_outcomes_read(totals);
    return (long long)totals[(uintptr_t)arg];
}

/* Registers every outcome with PAPI's event library, whose statuses are numbered as PAPI's. */
static int register_outcomes(papi_handle_t library)
{
    int status = library ? SDE_OK : SDE_ENOMEM;
    for (uintptr_t i = 0; i < HCHAN_OUTCOMES && status == SDE_OK; i++) {
        const char *name = hchan_outcome_name((unsigned)i);
        status = papi_sde_register_counter_cb(library, name, PAPI_SDE_RO | PAPI_SDE_INSTANT,
                                              PAPI_SDE_long_long, read_outcome, (void *)i);
        if (status == SDE_OK)
            status = papi_sde_describe_counter(library, name, hchan_outcome_what((unsigned)i));
    }
    return status;
}

static int start_set(int set, char *reason, size_t size)
{
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++) {
        char name[96];
        snprintf(name, sizeof(name), "sde:::hchan::%s", hchan_outcome_name(i));
        int status = PAPI_add_named_event(set, name);
        if (status != PAPI_OK)
            return papi_fail(status, name, reason, size);
    }
    int status = PAPI_start(set);
    return status == PAPI_OK ? 0 : papi_fail(status, "counting does not start", reason, size);
}

int counters_outcomes_init(char *reason, size_t size)
{
    static papi_handle_t library; /* stays registered: a second try must not register it twice */
    if (event_set != PAPI_NULL)
        return 0;
    if (!library) {
        papi_handle_t fresh = papi_sde_init("hchan");
        int status = register_outcomes(fresh);
        if (status != SDE_OK) {
            if (fresh)
                papi_sde_shutdown(fresh);
            return papi_fail(status, "the outcomes can't be registered", reason, size);
        }
        library = fresh;
    }
    int status = PAPI_library_init(PAPI_VER_CURRENT);
    if (status != PAPI_VER_CURRENT)
        return papi_fail(status, "PAPI does not start", reason, size);
    int set = PAPI_NULL;
    status = PAPI_create_eventset(&set);
    if (status != PAPI_OK)
        return papi_fail(status, "no event set", reason, size);
    int error = start_set(set, reason, size);
    if (error) {
        PAPI_cleanup_eventset(set);
        PAPI_destroy_eventset(&set);
        return error;
    }
    event_set = set;
    return 0;
}

int counters_outcomes_read(uint64_t *values, char *reason, size_t size)
{
    long long read[HCHAN_OUTCOMES];
    int status = PAPI_read(event_set, read);
    if (status != PAPI_OK)
        return papi_fail(status, "the outcomes can't be read", reason, size);
    for (unsigned i = 0; i < HCHAN_OUTCOMES; i++)
        values[i] = (uint64_t)read[i];
    return 0;
}
