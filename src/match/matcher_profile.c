/* matcher_profile.c — what a matcher and its engines noted (profile.h), put together. */
#include "match/matcher_priv.h"

bool eq_matcher_profile(const struct eq_matcher *m, struct eq_profile *out)
{
    *out = (struct eq_profile){0};
    if (!m->profile)
        return false;
    eq_profile_add(out, m->profile);
    eq_profile_add(out, eq_engine_profile(m->engine));
    if (m->crew)
        eq_crew_add_profile(m->crew, out);
    return true;
}

bool eq_matcher_rule_profile(const struct eq_matcher *m, size_t rule, struct eq_profile_counts *out)
{
    const struct eq_program_rule *r = &m->program->rules[rule];
    *out = (struct eq_profile_counts){0};
    if (!m->profile)
        return false;
    eq_profile_add_part(out, &m->profile->parts[rule]);
    for (uint32_t i = 0; i < r->n_clauses; i++) {
        eq_profile_add_part(out, &eq_engine_profile(m->engine)->parts[r->clauses[i]]);
        if (m->crew)
            eq_crew_add_profile_part(m->crew, out, r->clauses[i]);
    }
    return true;
}

size_t eq_matcher_rule_bytes(const struct eq_matcher *m, size_t rule)
{
    size_t bytes = eq_results_bytes(m->results[rule]);
    if (m->sequences[rule])
        bytes += eq_sequence_bytes(m->sequences[rule]);
    if (m->samples[rule])
        bytes += eq_sample_bytes(m->samples[rule]);
    return bytes;
}
