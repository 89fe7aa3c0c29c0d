/* windows.h — which of many patterns could match a text, found in one pass over it.
 *
 * Every pattern is filed under one short window of its literal text, the one that fewest patterns share. A text is
 * scanned window by window; a small bit table answers nearly all of them with "no pattern here":
 *
 *      pattern  *\mimikatz*.exe      filed under  "katz"
 *      text     C:\tmp\mimikatz.exe  windows  C:\t :\tm … ikat katz ─▶ verify the pattern ─▶ match
 *
 * All texts and literals are folded, so that patterns of both kinds share the pass; each candidate is then verified
 * against its own form of the text. Patterns with less than two literal bytes in a row are filed under single bytes. */
#ifndef EQ_MATCH_WINDOWS_H
#define EQ_MATCH_WINDOWS_H

#include "base/arena.h"
#include "base/status.h"
#include "plan/glob.h"

struct eq_windows;

/* File `n` patterns; folded literals are computed here. Everything lives in `arena`. */
enum eq_status eq_windows_new(struct eq_windows **out, const struct eq_glob *globs, size_t n, struct eq_arena *arena);

/* Called for each candidate, once for each place of its window. `at` is where the literal run that holds the window begins
 * in the folded text, if it stands there at all: a run of up to EQ_WINDOWS_NEAR bytes does, but perhaps with padding as its
 * end. EQ_ANYWHERE if only a single byte was looked for. */
#define EQ_WINDOWS_NEAR 8
#define EQ_ANYWHERE SIZE_MAX
typedef void eq_windows_hit(uint32_t pattern, size_t at, void *ctx);
/* Behind the text so many bytes more must be readable; what they are does not matter. */
#define EQ_WINDOWS_PADDING EQ_WINDOWS_NEAR
void eq_windows_scan(const struct eq_windows *w, struct eq_slice folded, eq_windows_hit *hit, void *ctx);

#endif
