/* The registry: finds variants and reads their rows. It owns the list of all variants, which the
 * build writes (variants.def) from the files in this folder. */
#include "core/chan/layout.h"
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

const struct hchan_variant *hchan_variant_next(const struct hchan_variant *variant)
{
    if (!variant)
        return variants[0];
    for (size_t i = 0; i + 1 < VARIANTS; i++)
        if (variants[i] == variant)
            return variants[i + 1];
    return NULL;
}

const struct hchan_variant *hchan_traced(const struct hchan_variant *variant)
{
    return variant->traced ? variant : variant->twin;
}

const char *hchan_variant_name(const struct hchan_variant *variant)
{
    return variant->name;
}

const char *hchan_variant_lock(const struct hchan_variant *variant)
{
    return variant->lock_name;
}

const char *hchan_variant_park(const struct hchan_variant *variant)
{
    return variant->park_name;
}

const char *hchan_variant_fastpath(const struct hchan_variant *variant)
{
    return variant->fastpath_name;
}

bool hchan_variant_barges(const struct hchan_variant *variant)
{
    return variant->barges;
}

bool hchan_variant_goroutines(const struct hchan_variant *variant)
{
    return variant->goroutines;
}

const char *hchan_variant_summary(const struct hchan_variant *variant)
{
    return variant->summary;
}
