/* Asks the CPU (cpuid), the kernel (perf_event_open) and the clock itself. No state. */
/* SPDX-License-Identifier: MIT */
#include "harness/machine/env_probe.h"
#include "harness/base/clock.h"
#include "harness/machine/env_facts.h"
#include <errno.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__) || defined(__i386__)
#include <cpuid.h>

/* The name of the hypervisor that signs with these twelve letters, or the letters themselves. */
static const char *signer(const char *signature)
{
    static const struct {
        const char *signature, *name;
    } known[] = {
        {"KVMKVMKVM", "KVM"},          {"Microsoft Hv", "Hyper-V"}, {"VMwareVMware", "VMware"},
        {"XenVMMXenVMM", "Xen"},       {"TCGTCGTCGTCG", "QEMU"},    {"VBoxVBoxVBox", "VirtualBox"},
        {"bhyve bhyve ", "bhyve"},     {"ACRNACRNACRN", "ACRN"},    {"QNXQVMBSQG", "QNX"},
        {" lrpepyh  vr", "Parallels"},
    };
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
        if (strcmp(known[i].signature, signature) == 0)
            return known[i].name;
    return signature[0] ? signature : "of unknown kind";
}

/* A bit of leaf 1 is clear on hardware; the leaves from 0x40000000 are the hypervisor's. */
static bool hypervisor_name(char *name, size_t size)
{
    unsigned a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d))
        return false;
    if (!(c >> 31 & 1)) {
        snprintf(name, size, "none");
        return true;
    }
    __cpuid(0x40000000, a, b, c, d);
    const unsigned letters[3] = {b, c, d};
    char signature[sizeof(letters) + 1] = "";
    memcpy(signature, letters, sizeof(letters));
    for (char *p = signature; *p; p++)
        if (*p < ' ' || *p > '~')
            *p = '?';
    snprintf(name, size, "%s", signer(signature));
    return true;
}
#else
static bool hypervisor_name(char *name, size_t size)
{
    return fact_line("/sys/hypervisor/type", name, size) ||
           fact_line("/proc/device-tree/hypervisor/compatible", name, size);
}
#endif

json_t *probe_hypervisor(void)
{
    char name[64], vendor[64], all[sizeof(name) + sizeof(vendor) + 4];
    if (!hypervisor_name(name, sizeof(name)))
        return json_null();
    if (strcmp(name, "none") == 0 ||
        !fact_line("/sys/class/dmi/id/sys_vendor", vendor, sizeof(vendor)))
        return fact_text(name);
    snprintf(all, sizeof(all), "%s, %s", name, vendor);
    return fact_text(all);
}

json_t *probe_pmu(bool kernel)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_CPU_CYCLES,
        .disabled = 1,
        .exclude_kernel = !kernel,
        .exclude_user = kernel,
        .exclude_hv = 1,
    };
    long fd = syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0);
    if (fd >= 0) {
        close((int)fd);
        return json_string("available");
    }
    switch (errno) {
    case EACCES:
    case EPERM:
        return json_sprintf("forbidden: %s", strerror(errno));
    case ENOENT:
    case ENODEV:
    case EOPNOTSUPP:
        return json_sprintf("none: no cycle counter (%s)", strerror(errno));
    case ENOSYS:
        return json_sprintf("none: no perf events (%s)", strerror(errno));
    default:
        return json_sprintf("none: %s", strerror(errno));
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

void probe_timer(json_t *env)
{
    enum { BATCHES = 31, LOOKS = 1000 };
    double cost_ns[BATCHES];
    uint64_t step_ns = UINT64_MAX, before = clock_ns();
    for (int b = 0; b < BATCHES; b++) {
        uint64_t start = clock_ns();
        for (int i = 0; i < LOOKS; i++) {
            uint64_t now = clock_ns();
            if (now > before && now - before < step_ns)
                step_ns = now - before;
            before = now;
        }
        cost_ns[b] = (double)(clock_ns() - start) / LOOKS;
    }
    qsort(cost_ns, BATCHES, sizeof(cost_ns[0]), by_value);
    json_object_set_new(env, "timer_cost_ns", json_real(cost_ns[BATCHES / 2]));
    json_object_set_new(env, "timer_resolution_ns",
                        step_ns == UINT64_MAX ? json_null() : json_integer((json_int_t)step_ns));
}
