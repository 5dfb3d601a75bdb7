/* A typed view of a channel: the element's type and the direction, checked by the compiler, at no
 * cost at run time.
 *
 *     HCHAN_TYPE(jobs, struct job);          //  the types and functions below; at file scope
 *
 *     void produce(jobs_sendonly out)        //  out chan<- job
 *     {
 *         struct job job = {42};
 *         jobs_send(out, &job);              //  out <- job
 *         jobs_close(out);
 *     }
 *
 *     void consume(jobs_recvonly in)         //  in <-chan job
 *     {
 *         HCHAN_RANGE(jobs, job, in)         //  for job := range in
 *             run(&job);
 *     }
 *
 *     jobs c = jobs_make(variant, 4);        //  c := make(chan job, 4)
 *     ... produce(c) ... consume(c) ...      //  in threads; a chan is also a chan<- and a <-chan
 *     jobs_free(c);
 *
 * There are three types. Each holds a pointer to the channel, `.c`, for what has no typed form:
 *
 *     jobs             both directions; for the channel's owner
 *     jobs_sendonly    may send and close
 *     jobs_recvonly    may receive
 *
 * A `jobs` may be passed to a function that takes one of the other two, as in Go. Elsewhere (in an
 * assignment, a field) use jobs_as_sendonly(c) or jobs_as_recvonly(c). There is no way back. A
 * handle is copied as a pointer is, and owns nothing; the channel's maker frees it, once. {0} is
 * the nil channel.
 *
 * The operations are those of hchan.h, and its comments apply: what blocks, what panics, what may
 * be called concurrently.
 *
 *     jobs_make(variant, capacity)                        makechan(); nil, with errno, on failure
 *     jobs_free(c)                                        chanfree()
 *     jobs_retain(c), jobs_release(c)                     hchan_retain(), hchan_release(); of any
 *                                                         of the three types. A message that takes
 *                                                         the reference along has a field
 *                                                         {.c = jobs_retain(c)}
 *     jobs_send(c, elem)                                  chansend1()
 *     jobs_try_send(c, elem)                              chansend() that does not block
 *     jobs_send_within(c, elem, done, deadline)           chansend_within()
 *     jobs_close(c)                                       closechan()
 *     jobs_send_end(c, elem)                              hchan_send(): HCHAN_CLOSED, no panic
 *     jobs_try_send_end(c, elem)                          hchan_try_send()
 *     jobs_send_within_end(c, elem, done, deadline)       hchan_send_within()
 *     jobs_close_end(c)                                   hchan_close()
 *     jobs_recv(c, elem)                                  chanrecv1()
 *     jobs_recv_ok(c, elem)                               chanrecv2()
 *     jobs_try_recv(c, elem, received)                    chanrecv() that does not block
 *     jobs_recv_within(c, elem, received, done, deadline) chanrecv_within()
 *     jobs_len(c), jobs_cap(c), jobs_is_nil(c)            of any of the three types
 *     jobs_case_send(c, elem), jobs_case_recv(c, elem)    a struct scase, for selectgo() and for
 *                                                         HCHAN_CASE() of hchan/select.h
 *
 * Elements are passed by pointer, as in hchan.h: nothing is copied twice, and an int is not
 * silently converted to a double, as it would be by value. What still gets through is what C
 * allows: a `void *`, and any other pointer if the compiler only warns about it; so compile with
 * -Werror=incompatible-pointer-types.
 *
 * The element's type is any complete type without const, of at most HCHAN_MAX_ELEM bytes, that can
 * be written before a name: a pointer to a function or to an array needs a typedef, an array needs
 * a struct around it.
 *
 * There is no generic chan_send(c, v): _Generic needs all types in one list, which no macro can
 * extend, and the ways around that (a phantom member, typeof) lead to errors that do not mention
 * `jobs`.
 *
 * Passing a `jobs` as one of the other two, or any of the three where each may be, relies on
 * transparent_union of gcc and clang, of which gcc's -Wpedantic warns. Put __extension__ before the
 * call there, as in `if (__extension__ jobs_is_nil(c))`, or use jobs_as_sendonly(), and
 * chanlen(c.c). HCHAN_RANGE() needs nothing. In C++ (17) the three are structs that convert, with
 * the same layout, names and meanings. */
/* SPDX-License-Identifier: MIT */
#ifndef HCHAN_TYPED_H
#define HCHAN_TYPED_H

#include <assert.h>
#include <hchan/hchan.h>

/* Defines `name`, a channel type for elements of type T. Needs a semicolon. */
#define HCHAN_TYPE(name, T)                                                                        \
    typedef T name##_elem;                                                                         \
    HCHAN_TYPED_HANDLES_(name)                                                                     \
    HCHAN_TYPED_ name name##_make(const struct hchan_variant *variant, size_t capacity)            \
    {                                                                                              \
        name c = {makechan(variant, sizeof(name##_elem), capacity)};                               \
        return c;                                                                                  \
    }                                                                                              \
    HCHAN_TYPED_ void name##_free(name c)                                                          \
    {                                                                                              \
        chanfree(c.c);                                                                             \
    }                                                                                              \
    HCHAN_TYPED_ name##_sendonly name##_as_sendonly(name c)                                        \
    {                                                                                              \
        name##_sendonly less;                                                                      \
        less.c = c.c;                                                                              \
        return less;                                                                               \
    }                                                                                              \
    HCHAN_TYPED_ name##_recvonly name##_as_recvonly(name c)                                        \
    {                                                                                              \
        name##_recvonly less;                                                                      \
        less.c = c.c;                                                                              \
        return less;                                                                               \
    }                                                                                              \
    HCHAN_TYPED_ void name##_send(name##_sendonly c, const name##_elem *elem)                      \
    {                                                                                              \
        chansend1(c.c, elem);                                                                      \
    }                                                                                              \
    HCHAN_TYPED_ bool name##_try_send(name##_sendonly c, const name##_elem *elem)                  \
    {                                                                                              \
        return chansend(c.c, elem, false, NULL);                                                   \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_send_within(name##_sendonly c, const name##_elem *elem,     \
                                                   hchan *done, int64_t deadline)                  \
    {                                                                                              \
        return chansend_within(c.c, elem, done, deadline);                                         \
    }                                                                                              \
    HCHAN_TYPED_ void name##_close(name##_sendonly c)                                              \
    {                                                                                              \
        closechan(c.c);                                                                            \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_send_end(name##_sendonly c, const name##_elem *elem)        \
    {                                                                                              \
        return hchan_send(c.c, elem);                                                              \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_try_send_end(name##_sendonly c, const name##_elem *elem)    \
    {                                                                                              \
        return hchan_try_send(c.c, elem);                                                          \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_send_within_end(name##_sendonly c, const name##_elem *elem, \
                                                       hchan *done, int64_t deadline)              \
    {                                                                                              \
        return hchan_send_within(c.c, elem, done, deadline);                                       \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_close_end(name##_sendonly c)                                \
    {                                                                                              \
        return hchan_close(c.c);                                                                   \
    }                                                                                              \
    HCHAN_TYPED_ void name##_recv(name##_recvonly c, name##_elem *elem)                            \
    {                                                                                              \
        chanrecv1(c.c, elem);                                                                      \
    }                                                                                              \
    HCHAN_TYPED_ bool name##_recv_ok(name##_recvonly c, name##_elem *elem)                         \
    {                                                                                              \
        return chanrecv2(c.c, elem);                                                               \
    }                                                                                              \
    HCHAN_TYPED_ bool name##_try_recv(name##_recvonly c, name##_elem *elem, bool *received)        \
    {                                                                                              \
        return chanrecv(c.c, elem, false, received);                                               \
    }                                                                                              \
    HCHAN_TYPED_ enum hchan_end name##_recv_within(name##_recvonly c, name##_elem *elem,           \
                                                   bool *received, hchan *done, int64_t deadline)  \
    {                                                                                              \
        return chanrecv_within(c.c, elem, received, done, deadline);                               \
    }                                                                                              \
    HCHAN_TYPED_ hchan *name##_retain(name##_any c)                                                \
    {                                                                                              \
        return hchan_retain(c.c);                                                                  \
    }                                                                                              \
    HCHAN_TYPED_ void name##_release(name##_any c)                                                 \
    {                                                                                              \
        hchan_release(c.c);                                                                        \
    }                                                                                              \
    HCHAN_TYPED_ size_t name##_len(name##_any c)                                                   \
    {                                                                                              \
        return chanlen(c.c);                                                                       \
    }                                                                                              \
    HCHAN_TYPED_ size_t name##_cap(name##_any c)                                                   \
    {                                                                                              \
        return chancap(c.c);                                                                       \
    }                                                                                              \
    HCHAN_TYPED_ bool name##_is_nil(name##_any c)                                                  \
    {                                                                                              \
        return c.c == NULL;                                                                        \
    }                                                                                              \
    HCHAN_TYPED_ struct scase name##_case_send(name##_sendonly c, const name##_elem *elem)         \
    {                                                                                              \
        struct scase it = {SCASE_SEND, c.c, {NULL}};                                               \
        it.sent = elem;                                                                            \
        return it;                                                                                 \
    }                                                                                              \
    HCHAN_TYPED_ struct scase name##_case_recv(name##_recvonly c, name##_elem *elem)               \
    {                                                                                              \
        struct scase it = {SCASE_RECV, c.c, {elem}};                                               \
        return it;                                                                                 \
    }                                                                                              \
    HCHAN_TYPED_ hchan *name##_range_(name##_recvonly c)                                           \
    {                                                                                              \
        return c.c;                                                                                \
    }                                                                                              \
    static_assert(sizeof(name##_elem) <= HCHAN_MAX_ELEM, #name ": the element is too large")

/* for v := range c. Receives each value of c, a `jobs` or a `jobs_recvonly`, into v, which it
 * declares, and ends when the channel is closed and drained. c is evaluated once. break and
 * continue work as in any loop; after a break the value in v has been received. */
#define HCHAN_RANGE(name, v, c) HCHAN_RANGE_OF(name##_elem, v, __extension__ name##_range_(c))

/* The same over an hchan * whose elements are of type T, which is not checked. (With a variable of
 * your own, write `while (chanrecv2(c, &v))`.) */
#define HCHAN_RANGE_OF(T, v, c)                                                         \
    for (hchan *v##_from_ = (c), **v##_once_ = &v##_from_; v##_once_; v##_once_ = NULL) \
        for (T v; chanrecv2(v##_from_, &v);)

/* The rest is the implementation, not for users. */
#define HCHAN_TYPED_ static inline __attribute__((unused))

/* The three types, and a union that takes any of them. The unnamed first member makes the union be
 * passed as the pointer is. Its type is used nowhere else, so a stray pointer does not match it. */
#ifndef __cplusplus
#define HCHAN_TYPED_HANDLES_(name)                        \
    typedef struct name {                                 \
        hchan *c;                                         \
    } name;                                               \
    typedef union name##_sendonly {                       \
        struct {                                          \
            hchan *c;                                     \
        };                                                \
        name both_;                                       \
    } name##_sendonly __attribute__((transparent_union)); \
    typedef union name##_recvonly {                       \
        struct {                                          \
            hchan *c;                                     \
        };                                                \
        name both_;                                       \
    } name##_recvonly __attribute__((transparent_union)); \
    typedef union name##_any {                            \
        struct {                                          \
            hchan *c;                                     \
        };                                                \
        name both_;                                       \
        name##_sendonly sendonly_;                        \
        name##_recvonly recvonly_;                        \
    } name##_any __attribute__((transparent_union));
#else
#define HCHAN_TYPED_HANDLES_(name)               \
    struct name##_sendonly {                     \
        hchan *c;                                \
    };                                           \
    struct name##_recvonly {                     \
        hchan *c;                                \
    };                                           \
    struct name {                                \
        hchan *c;                                \
        operator name##_sendonly() const         \
        {                                        \
            return {c};                          \
        }                                        \
        operator name##_recvonly() const         \
        {                                        \
            return {c};                          \
        }                                        \
    };                                           \
    struct name##_any {                          \
        hchan *c;                                \
        name##_any(name it) : c(it.c)            \
        {                                        \
        }                                        \
        name##_any(name##_sendonly it) : c(it.c) \
        {                                        \
        }                                        \
        name##_any(name##_recvonly it) : c(it.c) \
        {                                        \
        }                                        \
    };
#endif

#endif
