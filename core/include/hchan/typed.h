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
 *     ... produce(c) ... consume(c) ...      //  in threads; a chan is a chan<- and a <-chan, too
 *     jobs_free(c);
 *
 * Three types, each of them a pointer to the channel, `.c`, for what has no typed form:
 *
 *     jobs             both directions; its owner's
 *     jobs_sendonly    may send and close
 *     jobs_recvonly    may receive
 *
 * A `jobs` goes wherever a function takes less, as in Go; elsewhere (an assignment, a field) say
 * jobs_as_sendonly(c) or jobs_as_recvonly(c). There is no way back. A handle is copied as a pointer
 * is and owns nothing; who made the channel frees it, once. {0} is the nil channel.
 *
 * The operations are those of hchan.h, whose comments hold here: what blocks, what panics, who may
 * call at once.
 *
 *     jobs_make(variant, capacity)                        makechan(); nil, with errno, on failure
 *     jobs_free(c)                                        chanfree()
 *     jobs_send(c, elem)                                  chansend1()
 *     jobs_try_send(c, elem)                              chansend() that does not block
 *     jobs_send_within(c, elem, done, deadline)           chansend_within()
 *     jobs_close(c)                                       closechan()
 *     jobs_recv(c, elem)                                  chanrecv1()
 *     jobs_recv_ok(c, elem)                               chanrecv2()
 *     jobs_try_recv(c, elem, received)                    chanrecv() that does not block
 *     jobs_recv_within(c, elem, received, done, deadline) chanrecv_within()
 *     jobs_len(c), jobs_cap(c), jobs_is_nil(c)            of any of the three types
 *     jobs_case_send(c, elem), jobs_case_recv(c, elem)    a struct scase, for selectgo()
 *
 * Elements go by pointer, as in hchan.h: nothing is copied twice, and an int is no double, as it
 * would be by value. What is let through is C's own: a `void *`, and, where the compiler only warns
 * of it, any other pointer; so compile with -Werror=incompatible-pointer-types.
 *
 * The element's type is any complete type, without const, of at most HCHAN_MAX_ELEM bytes that can
 * stand before a name: a pointer to a function or to an array needs a typedef, an array a struct.
 *
 * No generic chan_send(c, v): _Generic wants all types in one list, which no macro can add to, and
 * what goes around that (a phantom member, typeof) makes errors that do not speak of `jobs`.
 *
 * That a `jobs` goes where less is taken is gcc's and clang's transparent_union. Under gcc's
 * -Wpedantic use jobs_as_sendonly() and jobs_as_recvonly() there, too, and chanlen(c.c). In C++
 * (17) the three are structs that convert, with the same layout; names and meanings are the same.
 */
#ifndef HCHAN_TYPED_H
#define HCHAN_TYPED_H

#include <assert.h>
#include <hchan/hchan.h>

/* Makes `name`, a channel type for elements of type T. Needs a semicolon. */
#define HCHAN_TYPE(name, T)                                                                       \
    typedef T name##_elem;                                                                        \
    HCHAN_TYPED_HANDLES_(name)                                                                    \
    HCHAN_TYPED_ name name##_make(const struct hchan_variant *variant, size_t capacity)           \
    {                                                                                             \
        name c = {makechan(variant, sizeof(name##_elem), capacity)};                              \
        return c;                                                                                 \
    }                                                                                             \
    HCHAN_TYPED_ void name##_free(name c)                                                         \
    {                                                                                             \
        chanfree(c.c);                                                                            \
    }                                                                                             \
    HCHAN_TYPED_ name##_sendonly name##_as_sendonly(name c)                                       \
    {                                                                                             \
        name##_sendonly less;                                                                     \
        less.c = c.c;                                                                             \
        return less;                                                                              \
    }                                                                                             \
    HCHAN_TYPED_ name##_recvonly name##_as_recvonly(name c)                                       \
    {                                                                                             \
        name##_recvonly less;                                                                     \
        less.c = c.c;                                                                             \
        return less;                                                                              \
    }                                                                                             \
    HCHAN_TYPED_ void name##_send(name##_sendonly c, const name##_elem *elem)                     \
    {                                                                                             \
        chansend1(c.c, elem);                                                                     \
    }                                                                                             \
    HCHAN_TYPED_ bool name##_try_send(name##_sendonly c, const name##_elem *elem)                 \
    {                                                                                             \
        return chansend(c.c, elem, false, NULL);                                                  \
    }                                                                                             \
    HCHAN_TYPED_ enum hchan_end name##_send_within(name##_sendonly c, const name##_elem *elem,    \
                                                   hchan *done, int64_t deadline)                 \
    {                                                                                             \
        return chansend_within(c.c, elem, done, deadline);                                        \
    }                                                                                             \
    HCHAN_TYPED_ void name##_close(name##_sendonly c)                                             \
    {                                                                                             \
        closechan(c.c);                                                                           \
    }                                                                                             \
    HCHAN_TYPED_ void name##_recv(name##_recvonly c, name##_elem *elem)                           \
    {                                                                                             \
        chanrecv1(c.c, elem);                                                                     \
    }                                                                                             \
    HCHAN_TYPED_ bool name##_recv_ok(name##_recvonly c, name##_elem *elem)                        \
    {                                                                                             \
        return chanrecv2(c.c, elem);                                                              \
    }                                                                                             \
    HCHAN_TYPED_ bool name##_try_recv(name##_recvonly c, name##_elem *elem, bool *received)       \
    {                                                                                             \
        return chanrecv(c.c, elem, false, received);                                              \
    }                                                                                             \
    HCHAN_TYPED_ enum hchan_end name##_recv_within(name##_recvonly c, name##_elem *elem,          \
                                                   bool *received, hchan *done, int64_t deadline) \
    {                                                                                             \
        return chanrecv_within(c.c, elem, received, done, deadline);                              \
    }                                                                                             \
    HCHAN_TYPED_ size_t name##_len(name##_any c)                                                  \
    {                                                                                             \
        return chanlen(c.c);                                                                      \
    }                                                                                             \
    HCHAN_TYPED_ size_t name##_cap(name##_any c)                                                  \
    {                                                                                             \
        return chancap(c.c);                                                                      \
    }                                                                                             \
    HCHAN_TYPED_ bool name##_is_nil(name##_any c)                                                 \
    {                                                                                             \
        return c.c == NULL;                                                                       \
    }                                                                                             \
    HCHAN_TYPED_ struct scase name##_case_send(name##_sendonly c, const name##_elem *elem)        \
    {                                                                                             \
        struct scase it = {SCASE_SEND, c.c, (void *)(uintptr_t)elem};                             \
        return it;                                                                                \
    }                                                                                             \
    HCHAN_TYPED_ struct scase name##_case_recv(name##_recvonly c, name##_elem *elem)              \
    {                                                                                             \
        struct scase it = {SCASE_RECV, c.c, elem};                                                \
        return it;                                                                                \
    }                                                                                             \
    HCHAN_TYPED_ hchan *name##_range_(name##_recvonly c)                                          \
    {                                                                                             \
        return c.c;                                                                               \
    }                                                                                             \
    static_assert(sizeof(name##_elem) <= HCHAN_MAX_ELEM, #name ": the element is too large")

/* for v := range c. Receives each value of c, a `jobs` or a `jobs_recvonly`, into v, which it
 * declares, and ends when the channel is closed and drained. c is evaluated once; break and
 * continue do what they do in any loop, and after a break v's value has been taken. */
#define HCHAN_RANGE(name, v, c) HCHAN_RANGE_OF(name##_elem, v, name##_range_(c))

/* The same over an hchan * whose elements are of type T, which nobody checks. (With a variable of
 * your own it is `while (chanrecv2(c, &v))`.) */
#define HCHAN_RANGE_OF(T, v, c)                                                         \
    for (hchan *v##_from_ = (c), **v##_once_ = &v##_from_; v##_once_; v##_once_ = NULL) \
        for (T v; chanrecv2(v##_from_, &v);)

/* What follows is how, and no user's. */
#define HCHAN_TYPED_ static inline __attribute__((unused))

/* The three types, and what takes any of them. The unnamed first member makes the union pass as
 * the pointer does, and is of a type that nobody else has: a stray pointer does not match. */
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
