/* The registry: finds variants and reads their rows. It owns the list of all variants, which the
 * build writes (variants.def) from the files in this folder. */
/* SPDX-License-Identifier: MIT */
#include "core/base/nearest.h"
#include "core/base/throw.h"
#include "core/chan/layout.h"
#include <stdio.h>
#include <string.h>

#define X(id, name) extern const struct hchan_variant hchan_variant_##id##_measured;
#include "variants.def"
#undef X

static const struct hchan_variant *const variants[] = {
#define X(id, name) &hchan_variant_##id##_measured,
#include "variants.def"
#undef X
};

enum { VARIANTS = sizeof(variants) / sizeof(variants[0]) };

const struct hchan_variant *hchan_variant_find(const char *name)
{
    for (size_t i = 0; name && i < VARIANTS; i++)
        if (strcmp(variants[i]->name, name) == 0)
            return variants[i];
    return NULL;
}

const char *hchan_variant_nearest(const char *name)
{
    const char *names[VARIANTS];
    for (size_t i = 0; i < VARIANTS; i++)
        names[i] = variants[i]->name;
    return name ? nearest(name, names, VARIANTS) : NULL;
}

/* No variant has this name. If none is near either, all of them are named. */
static _Noreturn void refuse_name(const char *name)
{
    const char *near = hchan_variant_nearest(name);
    char text[1024];
    int used = snprintf(text, sizeof(text), "unknown variant \"%.63s\": ", name ? name : "(NULL)");
    if (near)
        snprintf(text + used, sizeof(text) - (size_t)used, "did you mean \"%s\"?", near);
    else
        for (size_t i = 0; i < VARIANTS && (size_t)used < sizeof(text); i++)
            used += snprintf(text + used, sizeof(text) - (size_t)used, "%s%s",
                             i == 0 ? "there are " : ", ", variants[i]->name);
    gothrow(text);
}

const struct hchan_variant *hchan_variant_named(const char *name)
{
    const struct hchan_variant *variant = hchan_variant_find(name);
    if (!variant)
        refuse_name(name);
    return variant;
}

const struct hchan_variant *hchan_variant_default(void)
{
    const struct hchan_variant *variant = hchan_variant_find("futex+go+check");
    for (size_t i = 0; !variant && i < VARIANTS; i++)
        if (variants[i]->goroutines)
            variant = variants[i];
    return variant ? variant : variants[0];
}

const struct hchan_variant *hchan_variant_next(const struct hchan_variant *variant)
{
    if (!variant)
        return variants[0];
    for (size_t i = 0; i + 1 < VARIANTS; i++)
        if (variants[i] == variant)
            return variants[i + 1];
    return NULL;
}

/* Returns it, unless it is NULL. */
static const struct hchan_variant *known(const struct hchan_variant *variant, const char *call)
{
    if (!variant)
        gorefuse_variant(call);
    return variant;
}

const struct hchan_variant *hchan_traced(const struct hchan_variant *variant)
{
    return known(variant, "hchan_traced")->traced ? variant : variant->twin;
}

const struct hchan_variant *hchan_measured(const struct hchan_variant *variant)
{
    return known(variant, "hchan_measured")->traced ? variant->twin : variant;
}

bool hchan_is_traced(const struct hchan_variant *variant)
{
    return known(variant, "hchan_is_traced")->traced;
}

const char *hchan_variant_name(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_name")->name;
}

const char *hchan_variant_lock(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_lock")->lock_name;
}

const char *hchan_variant_park(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_park")->park_name;
}

const char *hchan_variant_fastpath(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_fastpath")->fastpath_name;
}

bool hchan_variant_barges(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_barges")->barges;
}

bool hchan_variant_goroutines(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_goroutines")->goroutines;
}

const char *hchan_variant_summary(const struct hchan_variant *variant)
{
    return known(variant, "hchan_variant_summary")->summary;
}
