/* fence.h — with AddressSanitizer, memory inside a larger piece that nobody may touch; otherwise nothing.
 *
 *      chunk  [ object ░░ object ░░ ░░░░░░░░░░ ]        ░ fenced: a touch ends the program */
#ifndef EQ_BASE_FENCE_H
#define EQ_BASE_FENCE_H

#if defined(__SANITIZE_ADDRESS__)
#define EQ_HAS_FENCES 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define EQ_HAS_FENCES 1
#endif
#endif

#ifdef EQ_HAS_FENCES
#include <sanitizer/asan_interface.h>
#define EQ_FENCE(ptr, size) ASAN_POISON_MEMORY_REGION((ptr), (size))
#define EQ_UNFENCE(ptr, size) ASAN_UNPOISON_MEMORY_REGION((ptr), (size))
#else
#define EQ_FENCE(ptr, size) ((void)(ptr), (void)(size))
#define EQ_UNFENCE(ptr, size) ((void)(ptr), (void)(size))
#endif

#endif
