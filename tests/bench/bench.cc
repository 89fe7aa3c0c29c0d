/* bench.cc — contenders in turn over the same events, and a table of what each needs.
 *
 *      bench [--runs N] [--tsv FILE] EVENTS CONTENDER...
 *
 *      A B C   A B C   A B C …        one run of each after the other; medians, and ratios pair by pair
 *
 * A contender is NAME=KIND or NAME=KIND:ARGUMENT. Kinds:
 *
 *      lines             reads the file and finds the line ends
 *      simdjson          reads, and projects the fields below with simdjson On-Demand: the yardstick
 *      rules:PATH        eqlite, one thread, its own reader, the rules below PATH, alerts only counted
 *      query:TEXT        the same with one query
 *      N threads:PATH    as rules, with so many threads
 *      N runs:PATH       as rules, so many processes at a time, each over the whole file: what the machine has for N threads
 *      command:COMMAND   anything else, as `sh -c`, output thrown away
 *
 * An argument may begin with "@FILE " to say that FILE is read and not the common one; the yardstick for it is then
 * simdjson over the same FILE, if that is there. Each run is a process of its own. Time is user plus system time of the work
 * itself, without loading rules (which has its own column); for commands it is everything. Several threads and
 * runs go by the clock, in a table of their own. Memory is the peak of the process. --tsv writes NAME, ns an event, peak MB.
 *
 * On a virtual machine its host may give processors to others. A run from which more than a fiftieth of the time was taken is
 * repeated at once, twice at most, and the run that lost least counts: whichever that is, not the fastest. */
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <simdjson.h>

#include "api/eqlite.h"

namespace
{

/* What detection rules read most. */
const char *const fields[] = {
    "@timestamp", "event.category", "event.type", "event.action", "event.code", "event.dataset",
    "host.id", "host.os.type", "user.id", "user.name", "process.name", "process.executable",
    "process.args", "process.command_line", "process.entity_id", "process.pid", "process.working_directory",
    "process.pe.original_file_name", "process.code_signature.subject_name", "process.code_signature.trusted",
    "process.parent.name", "process.parent.executable", "process.parent.args", "process.parent.command_line",
    "file.path", "file.name", "registry.path", "destination.ip", "destination.port", "dns.question.name",
};

struct contender {
    std::string name, kind, argument, file;
    unsigned threads = 1, runs = 1;
    bool by_clock = false;

    bool eqlite() const { return kind == "rules" || kind == "query"; }
};

/* What one run found out; goes through a pipe as it is. */
struct result {
    double seconds = 0, load_seconds = 0, clock_seconds = 0;
    double stolen = 0; /* share of all processors' time that went to others while it ran */
    uint64_t bytes = 0, events = 0, found = 0;
    long peak_kb = 0;
    bool ok = false;
};

double cpu_seconds()
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

double clock_seconds()
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return double(t.tv_sec) + double(t.tv_nsec) / 1e9;
}

/* Time of all processors that the host gave to others since the start; 0 where the system does not tell. */
double stolen_seconds()
{
    unsigned long long ticks = 0;
    FILE *f = fopen("/proc/stat", "r");
    if (!f)
        return 0;
    if (fscanf(f, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &ticks) != 1)
        ticks = 0;
    fclose(f);
    return double(ticks) / double(sysconf(_SC_CLK_TCK));
}

/* Calls line(ptr, len) for each line of the file; SIMDJSON_PADDING readable bytes follow each. */
template <class F> void each_line(const char *path, result &r, F line)
{
    const size_t block = 1 << 20;
    int fd = open(path, O_RDONLY);
    if (fd < 0) {
        perror(path);
        exit(2);
    }
    std::vector<char> buffer(2 * block + simdjson::SIMDJSON_PADDING);
    size_t have = 0;
    for (;;) {
        if (buffer.size() - simdjson::SIMDJSON_PADDING - have < block)
            buffer.resize(buffer.size() * 2);
        ssize_t n = read(fd, buffer.data() + have, block);
        if (n <= 0)
            break;
        r.bytes += size_t(n);
        have += size_t(n);
        char *p = buffer.data(), *end = p + have, *q;
        while ((q = static_cast<char *>(memchr(p, '\n', size_t(end - p))))) {
            line(p, size_t(q - p));
            r.events++;
            p = q + 1;
        }
        have = size_t(end - p);
        memmove(buffer.data(), p, have);
    }
    close(fd);
}

/* ── simdjson On-Demand: a tree of keys, walked along with the document ── */

struct key_node {
    bool wanted = false;
    std::vector<std::pair<std::string, key_node>> kids; /* keys with their closing quote */

    key_node *kid(const char *raw)
    {
        for (auto &k : kids) {
            if (k.first[0] == raw[0] && !memcmp(k.first.data(), raw, k.first.size()))
                return &k.second;
        }
        return nullptr;
    }
};

void add_field(key_node *at, const std::string &path)
{
    size_t dot = path.find('.');
    std::string key = path.substr(0, dot) + "\"";
    key_node *next = at->kid(key.c_str());
    if (!next) {
        at->kids.emplace_back(key, key_node());
        next = &at->kids.back().second;
    }
    if (dot == std::string::npos)
        next->wanted = true;
    else
        add_field(next, path.substr(dot + 1));
}

namespace od = simdjson::ondemand;

void project_value(od::value value, key_node &at, uint64_t &sum);

void project(od::object object, key_node &at, uint64_t &sum)
{
    for (auto field : object) {
        key_node *next = at.kid(field.key().value().raw());
        if (next)
            project_value(field.value().value(), *next, sum);
    }
}

void project_value(od::value value, key_node &at, uint64_t &sum)
{
    switch (value.type().value()) {
    case od::json_type::object:
        if (!at.kids.empty())
            project(value.get_object().value(), at, sum);
        break;
    case od::json_type::array:
        if (at.wanted) {
            for (auto one : value.get_array())
                project_value(one.value(), at, sum);
        }
        break;
    case od::json_type::string:
        if (at.wanted)
            sum += value.get_string().value().size();
        break;
    case od::json_type::number:
        if (at.wanted)
            sum += value.get_double().value() != 0;
        break;
    default: sum += at.wanted;
    }
}

result run_simdjson(const char *path)
{
    result r;
    key_node root;
    for (const char *field : fields)
        add_field(&root, field);
    od::parser parser;
    double start = cpu_seconds();
    each_line(path, r, [&](const char *p, size_t n) {
        od::document document = parser.iterate(p, n, n + simdjson::SIMDJSON_PADDING).value();
        project(document.get_object().value(), root, r.found);
    });
    r.seconds = cpu_seconds() - start;
    r.ok = true;
    return r;
}

result run_lines(const char *path)
{
    result r;
    double start = cpu_seconds();
    each_line(path, r, [&](const char *, size_t n) { r.found += n; });
    r.seconds = cpu_seconds() - start;
    r.ok = true;
    return r;
}

/* ── eqlite ── */

bool count_alert(const eqlite_alert *, void *ctx)
{
    ++*static_cast<uint64_t *>(ctx);
    return true;
}

bool to_stderr(const char *p, size_t n, void *)
{
    return fwrite(p, 1, n, stderr) == n;
}

eqlite_rules *load(const contender &c)
{
    eqlite_compiler *compiler = nullptr;
    eqlite_rules *rules = nullptr;
    eqlite_status status = eqlite_compiler_new(&compiler, nullptr);
    if (status == EQLITE_OK && c.kind == "query")
        status = eqlite_compiler_add_query(compiler, "query", c.argument.data(), c.argument.size());
    else if (status == EQLITE_OK)
        status = eqlite_compiler_add_path(compiler, c.argument.c_str());
    if (status == EQLITE_OK)
        status = eqlite_compiler_finish(&rules, compiler);
    if (status != EQLITE_OK && compiler) {
        const eqlite_diagnostics *d = eqlite_compiler_diagnostics(compiler);
        for (size_t i = 0; i < eqlite_diagnostics_count(d) && i < 3; i++)
            eqlite_diagnostics_print(d, i, false, to_stderr, nullptr);
    }
    eqlite_compiler_free(compiler);
    return rules;
}

result run_eqlite(const contender &c)
{
    result r;
    double start = cpu_seconds();
    eqlite_rules *rules = load(c);
    r.load_seconds = cpu_seconds() - start;

    eqlite_reader *reader = nullptr;
    eqlite_matcher *matcher = nullptr;
    eqlite_matcher_options options = EQLITE_MATCHER_OPTIONS_INIT;
    options.on_alert = count_alert;
    options.ctx = &r.found;
    options.threads = c.threads;
    if (!rules || eqlite_reader_new(&reader, nullptr) != EQLITE_OK || eqlite_reader_add(reader, c.file.c_str()) != EQLITE_OK ||
        eqlite_matcher_new(&matcher, rules, &options) != EQLITE_OK)
        return r;
    start = cpu_seconds();
    double clock = clock_seconds();
    eqlite_event event;
    const char *problem = nullptr;
    eqlite_status status;
    while ((status = eqlite_reader_next(&event, &problem, reader)) == EQLITE_OK) {
        if (!problem && eqlite_matcher_feed(matcher, &event) != EQLITE_OK)
            return r;
    }
    r.ok = status == EQLITE_END && eqlite_matcher_finish(matcher) == EQLITE_OK;
    r.seconds = cpu_seconds() - start;
    r.clock_seconds = clock_seconds() - clock;
    eqlite_stats stats = {};
    stats.size = sizeof stats;
    eqlite_matcher_stats(matcher, &stats);
    r.events = stats.events;
    r.bytes = stats.bytes + stats.events; /* the line ends */
    eqlite_matcher_free(matcher);
    eqlite_reader_free(reader);
    eqlite_rules_free(rules);
    return r;
}

/* ── Processes ── */

void count(const char *path, result &r)
{
    each_line(path, r, [](const char *, size_t) {});
}

/* In the child: do the work and send the result. */
void work(const contender &c, int out)
{
    result r;
    if (c.kind == "command") {
        int nowhere = open("/dev/null", O_RDWR);
        dup2(nowhere, 0);
        dup2(nowhere, 1);
        dup2(nowhere, 2);
        execl("/bin/sh", "sh", "-c", c.argument.c_str(), static_cast<char *>(nullptr));
        _exit(127);
    }
    const char *path = c.file.c_str();
    r = c.kind == "lines" ? run_lines(path) : c.kind == "simdjson" ? run_simdjson(path) : run_eqlite(c);
    if (write(out, &r, sizeof r) != ssize_t(sizeof r))
        _exit(1);
    _exit(0);
}

struct child {
    pid_t id;
    int from;
};

child start(const contender &c)
{
    int ends[2];
    if (pipe(ends))
        exit(2);
    fflush(stdout);
    pid_t id = fork();
    if (id == 0)
        work(c, ends[1]);
    close(ends[1]);
    return {id, ends[0]};
}

result finish(const contender &c, const child &started)
{
    result r;
    ssize_t got = read(started.from, &r, sizeof r);
    close(started.from);
    int status;
    struct rusage used;
    wait4(started.id, &status, 0, &used);
    if (c.kind == "command") {
        count(c.file.c_str(), r);
        r.seconds = double(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
                    double(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
        r.ok = WIFEXITED(status) && WEXITSTATUS(status) <= 1;
    } else if (got != ssize_t(sizeof r)) {
        r = result();
    }
    r.peak_kb = used.ru_maxrss;
    return r;
}

/* One run, or several at a time as if they had shared one file. */
result run(const contender &c)
{
    double clock = clock_seconds(), stolen = stolen_seconds();
    std::vector<child> children;
    for (unsigned i = 0; i < c.runs; i++)
        children.push_back(start(c));
    result all = finish(c, children[0]);
    for (unsigned i = 1; i < c.runs; i++) {
        result r = finish(c, children[i]);
        all.ok = all.ok && r.ok;
        all.clock_seconds = std::max(all.clock_seconds, r.clock_seconds);
        all.peak_kb += r.peak_kb;
    }
    all.clock_seconds /= c.runs;
    clock = clock_seconds() - clock;
    all.stolen = (stolen_seconds() - stolen) / (clock * double(sysconf(_SC_NPROCESSORS_ONLN)));
    return all;
}

/* The same, again if much was stolen. */
result run_in_peace(const contender &c)
{
    result best = run(c);
    for (int more = 2; more > 0 && best.ok && best.stolen > 0.02; more--) {
        result r = run(c);
        if (r.ok && r.stolen < best.stolen)
            best = r;
    }
    return best;
}

double median(std::vector<double> v)
{
    std::sort(v.begin(), v.end());
    size_t n = v.size();
    return n % 2 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}

double speed(const result &r)
{
    return r.seconds > 0 ? double(r.bytes) / r.seconds : 0;
}

/* Median over the rounds of f(round). */
template <class F> double over(size_t rounds, F f)
{
    std::vector<double> v;
    for (size_t i = 0; i < rounds; i++)
        v.push_back(f(i));
    return median(v);
}

contender parse(const char *text, const char *file)
{
    contender c;
    c.file = file;
    std::string_view s = text;
    size_t equals = s.find('=');
    if (equals == s.npos) {
        fprintf(stderr, "bench: a contender is NAME=KIND:ARGUMENT, not %s\n", text);
        exit(2);
    }
    c.name = s.substr(0, equals);
    s.remove_prefix(equals + 1);
    size_t colon = s.find(':');
    c.kind = s.substr(0, colon);
    if (colon != s.npos)
        c.argument = s.substr(colon + 1);
    if (c.argument[0] == '@') {
        size_t blank = std::min(c.argument.find(' '), c.argument.size());
        c.file = c.argument.substr(1, blank - 1);
        c.argument.erase(0, blank + 1);
    }
    size_t word = c.kind.find(' ');
    if (word != c.kind.npos) {
        (c.kind.substr(word) == " runs" ? c.runs : c.threads) = unsigned(std::max(1, atoi(c.kind.c_str())));
        c.by_clock = true;
        c.kind = "rules";
    }
    return c;
}

using all_results = std::vector<std::vector<result>>; /* by contender, by round */

bool whole(const std::vector<result> &rs)
{
    return std::all_of(rs.begin(), rs.end(), [](const result &r) { return r.ok; });
}

/* The contender that others over the same file are compared with, or npos. Commands may read the first events only, and
 * are compared with any. */
size_t yardstick(const std::vector<contender> &contenders, const contender &c)
{
    size_t any = std::string::npos;
    for (size_t i = contenders.size(); i-- > 0;) {
        if (contenders[i].kind != "simdjson")
            continue;
        if (contenders[i].file == c.file)
            return i;
        any = i;
    }
    return c.kind == "command" ? any : std::string::npos;
}

void print_row(const std::vector<contender> &contenders, const all_results &results, size_t i)
{
    const contender &c = contenders[i];
    const std::vector<result> &rs = results[i];
    size_t rounds = rs.size(), other = yardstick(contenders, c);
    double seconds = over(rounds, [&](size_t k) { return rs[k].seconds; });
    double events = double(rs[0].events);
    printf("| %-36s | %8.1f | %9.0f | %9.0f |", c.name.c_str(), over(rounds, [&](size_t k) { return speed(rs[k]); }) / 1e6,
           events / seconds, seconds * 1e9 / events);
    if (c.eqlite())
        printf(" %8.0f |", over(rounds, [&](size_t k) { return rs[k].load_seconds; }) * 1e3);
    else
        printf(" %8s |", "");
    printf(" %9.1f |", over(rounds, [&](size_t k) { return double(rs[k].peak_kb); }) / 1024);
    if (c.eqlite())
        printf(" %8llu |", (unsigned long long)rs[0].found);
    else
        printf(" %8s |", "");
    if (other != std::string::npos && whole(results[other]))
        printf(" %10.1f %% |\n", over(rounds, [&](size_t k) { return speed(rs[k]) / speed(results[other][k]); }) * 100);
    else
        printf(" %12s |\n", "");
}

/* Several threads and runs by the clock, against the first of them. */
void print_threads(const std::vector<contender> &contenders, const all_results &results)
{
    size_t first = contenders.size();
    for (size_t i = 0; i < contenders.size(); i++) {
        const contender &c = contenders[i];
        const std::vector<result> &rs = results[i];
        if (!c.by_clock || !whole(rs))
            continue;
        if (first == contenders.size()) {
            first = i;
            printf("\n| %-36s | %12s | %9s | %13s | %8s |\n", "by the clock", "MB/s", "peak MB", "against first", "stolen");
            printf("| --- | ---: | ---: | ---: | ---: |\n");
        }
        size_t rounds = rs.size();
        printf("| %-36s | %12.1f | %9.1f | %12.2fx | %6.1f %% |\n", c.name.c_str(),
               over(rounds, [&](size_t k) { return double(rs[k].bytes) / rs[k].clock_seconds; }) / 1e6,
               over(rounds, [&](size_t k) { return double(rs[k].peak_kb); }) / 1024,
               over(rounds, [&](size_t k) { return results[first][k].clock_seconds / rs[k].clock_seconds; }),
               over(rounds, [&](size_t k) { return rs[k].stolen; }) * 100);
    }
}

/* How much all of this was disturbed. */
void print_stolen(const all_results &results)
{
    std::vector<double> shares;
    for (const std::vector<result> &rs : results) {
        for (const result &r : rs)
            shares.push_back(r.stolen);
    }
    printf("\nTime that the machine's host gave to others during these runs: median %.1f %%, most %.1f %%.\n",
           median(shares) * 100, *std::max_element(shares.begin(), shares.end()) * 100);
}

/* For plots. */
bool write_tsv(const char *path, const std::vector<contender> &contenders, const all_results &results)
{
    FILE *f = fopen(path, "w");
    if (!f)
        return false;
    for (size_t i = 0; i < contenders.size(); i++) {
        const std::vector<result> &rs = results[i];
        bool clock = contenders[i].by_clock;
        if (whole(rs))
            fprintf(f, "%s\t%.1f\t%.1f\n", contenders[i].name.c_str(),
                    over(rs.size(), [&](size_t k) { return clock ? rs[k].clock_seconds : rs[k].seconds; }) * 1e9 /
                        double(std::max<uint64_t>(rs[0].events, 1)),
                    over(rs.size(), [&](size_t k) { return double(rs[k].peak_kb); }) / 1024);
    }
    return fclose(f) == 0;
}

} // namespace

int main(int argc, char **argv)
{
    size_t rounds = 5;
    const char *tsv = nullptr;
    int at = 1;
    for (; at + 1 < argc && !strncmp(argv[at], "--", 2); at += 2) {
        if (!strcmp(argv[at], "--runs"))
            rounds = size_t(std::max(1, atoi(argv[at + 1])));
        else if (!strcmp(argv[at], "--tsv"))
            tsv = argv[at + 1];
    }
    if (argc - at < 2) {
        fprintf(stderr, "usage: bench [--runs N] [--tsv FILE] EVENTS NAME=KIND[:ARGUMENT]...\n");
        return 2;
    }
    const char *path = argv[at++];
    std::vector<contender> contenders;
    for (; at < argc; at++)
        contenders.push_back(parse(argv[at], path));

    result warm;
    count(path, warm);
    printf("%.1f MB, %llu events of %.0f bytes; medians of %zu rounds; CPU time of one thread\n\n", double(warm.bytes) / 1e6,
           (unsigned long long)warm.events, double(warm.bytes) / double(std::max<uint64_t>(warm.events, 1)), rounds);
    all_results results(contenders.size());
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < contenders.size(); i++)
            results[i].push_back(run_in_peace(contenders[i]));
    }

    printf("| %-36s | %8s | %9s | %9s | %8s | %9s | %8s | %12s |\n", "contender", "MB/s", "events/s", "ns/event", "load ms",
           "peak MB", "alerts", "of On-Demand");
    printf("| %s | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n", "---");
    int failed = 0;
    for (size_t i = 0; i < contenders.size(); i++) {
        if (!whole(results[i])) {
            printf("| %-36s | failed |\n", contenders[i].name.c_str());
            failed++;
        } else if (!contenders[i].by_clock) {
            print_row(contenders, results, i);
        }
    }
    print_threads(contenders, results);
    print_stolen(results);
    if (tsv && !write_tsv(tsv, contenders, results))
        perror(tsv), failed++;
    return failed ? 1 : 0;
}
