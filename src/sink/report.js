/* report.js — draws the report from the JSON in its page.
 *
 *      alerts ─▶ filters ─▶ one pass that counts ─▶ timeline, rules, hosts, matrix, list
 *
 * Each part is a filter and shows what the other filters leave. What comes from events is only ever put into text nodes
 * (element() below); characters that reorder or hide text are spelled out. No element is made from a string of HTML, and
 * the policy of the page would not have it. */
"use strict";
(() => {

/* ── Elements and text ── */

const byId = (id) => document.getElementById(id);

const TRICKS = new RegExp("[\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e" +
  "\\u2060-\\u206f\\ufeff\\ufff9-\\ufffb\\u{e0000}-\\u{e007f}]", "gu");

/* Text as it may be shown. */
function show(text) {
  const name = (c) => c.codePointAt(0).toString(16).toUpperCase().padStart(4, "0");
  return String(text).replace(TRICKS, (c) => `\u27e8U+${name(c)}\u27e9`);
}

/* element("span.count", {title: …}, "text", child, …); names of classes and attributes are ours, texts may be anybody's. */
function element(kind, attributes, ...children) {
  const [tag, ...classes] = kind.split(".");
  const made = document.createElement(tag);
  made.classList.add(...classes);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith("--")) made.style.setProperty(name, value);
    else if (typeof value === "function") made.addEventListener(name, value);
    else if (value !== null && value !== false) made.setAttribute(name, show(value));
  }
  for (const child of children.flat())
    if (child !== null && child !== undefined && child !== "")
      made.append(child instanceof Node ? child : document.createTextNode(show(child)));
  return made;
}

const number = (n) => n.toLocaleString("en");
const count = (n, one) => `${number(n)} ${one}${n === 1 ? "" : "s"}`;

/* ── Data ── */

const LEVELS = ["critical", "high", "medium", "low", "other"];
const facts = JSON.parse(byId("facts").textContent);
const alerts = JSON.parse(byId("alerts").textContent);
const rules = facts.rules;

/* Milliseconds; a browser knows three digits of a fraction for sure. */
const moment = (text) => text ? Date.parse(text.replace(/(\.\d{3})\d+/, "$1")) : NaN;
const level = (rule) => Math.max(0, LEVELS.indexOf(rule.severity) < 0 ? 4 : LEVELS.indexOf(rule.severity));

const times = Float64Array.from(alerts, (a) => moment(a.time));
const levels = Uint8Array.from(alerts, (a) => level(rules[a.rule]));
const hosts = [];
const hostOf = (() => {
  const numbers = new Map();
  return Int32Array.from(alerts, (a) => {
    const name = a.host === undefined ? null : a.host;
    if (!numbers.has(name)) numbers.set(name, hosts.push(name) - 1);
    return numbers.get(name);
  });
})();
const span = times.reduce((s, t) => isNaN(t) ? s : [Math.min(s[0], t), Math.max(s[1], t)], [Infinity, -Infinity]);

/* ── Filters: an alert fails some of them, a bit each ── */

const FAILS = {search: 1, severity: 2, rule: 4, host: 8, technique: 16, time: 32};
const filter = {search: null, hidden: new Set(), rule: null, host: null, technique: null, time: null};

function matches(alert, pattern) {
  const rule = rules[alert.rule];
  const texts = [alert.what, alert.host, alert.user, alert.message, alert.id, rule.name, rule.id, ...(alert.keys || [])];
  return texts.some((t) => t && pattern.test(t)) ||
    alert.steps.some((s) => pattern.test(s.event || "") || pattern.test(s.path || ""));
}

/* "T1059" of "T1059.001"; null of what is no sub-technique. */
const parentOf = (id) => /^T\d+\.\d+$/.test(id) ? id.split(".")[0] : null;

/* Is the rule about the technique, or about a sub-technique of it? */
function isAbout(rule, technique) {
  return rule.attack.some((t) => t.id && (t.id === technique || parentOf(t.id) === technique));
}

/* One pass: what passes all filters, and for each part what passes the others. */
function tally() {
  const about = filter.technique ? rules.map((r) => isAbout(r, filter.technique)) : null;
  const t = {found: [], timed: [], byLevel: new Uint32Array(5), byRule: new Uint32Array(rules.length),
             byHost: new Uint32Array(hosts.length), byRuleAnyTechnique: new Uint32Array(rules.length)};
  alerts.forEach((a, i) => {
    let fails = filter.search && !matches(a, filter.search) ? FAILS.search : 0;
    if (filter.hidden.has(levels[i])) fails |= FAILS.severity;
    if (filter.rule !== null && filter.rule !== a.rule) fails |= FAILS.rule;
    if (filter.host !== null && filter.host !== hostOf[i]) fails |= FAILS.host;
    if (about && !about[a.rule]) fails |= FAILS.technique;
    if (filter.time && !(times[i] >= filter.time[0] && times[i] < filter.time[1])) fails |= FAILS.time;
    if (!fails) t.found.push(i);
    if (!(fails & ~FAILS.severity)) t.byLevel[levels[i]]++;
    if (!(fails & ~FAILS.rule)) t.byRule[a.rule]++;
    if (!(fails & ~FAILS.host)) t.byHost[hostOf[i]]++;
    if (!(fails & ~FAILS.technique)) t.byRuleAnyTechnique[a.rule]++;
    if (!(fails & ~FAILS.time)) t.timed.push(i);
  });
  return t;
}

/* ── Above: what this is, what was left out, the filters ── */

const day = (ms) => new Date(ms).toISOString().replace("T", " ").replace(/\.000Z|Z/, "");

function drawHeader() {
  if (facts.title) {
    byId("title").textContent = show(facts.title);
    document.title = show(facts.title);
  }
  const raised = new Set(alerts.map((a) => a.rule)).size;
  const parts = [count(alerts.length, "alert"), `${number(raised)} of ${count(rules.length, "rule")}`,
                 count(hosts.filter((h) => h !== null).length, "host")];
  if (span[0] <= span[1]) parts.push(`${day(span[0])} to ${day(span[1])} UTC`);
  byId("summary").textContent = parts.join(" \u00b7 ");
  drawNotice();
  const attack = facts.attack
    ? ` \u00b7 ATT&CK ${facts.attack.version}, as far as public rules use it; a trademark of The MITRE Corporation` : "";
  byId("footer").textContent = show(`eqlite ${facts.version || ""}${attack}`);
}

function drawNotice() {
  const said = [];
  const untimed = times.reduce((n, t) => n + isNaN(t), 0);
  if (facts.left) {
    const by = rules.filter((r) => r.left).sort((a, b) => b.left - a.left);
    const shown = by.slice(0, 5).map((r) => `${r.name} (${number(r.left)})`).join(", ");
    said.push(`${count(facts.left, "further alert")} ${facts.left === 1 ? "is" : "are"} not on this page, ` +
              `which shows the first ${number(facts.shown)}: ${shown}${by.length > 5 ? ", …" : ""}.`);
  }
  if (facts.left_events)
    said.push(`The text of ${count(facts.left_events, "event")} is left out to keep the page small.`);
  if (untimed) said.push(`${count(untimed, "alert")} ${untimed === 1 ? "has" : "have"} no time.`);
  byId("notice").textContent = show(said.join(" "));
  byId("notice").hidden = !said.length;
}

function drawSeverities(t) {
  const used = LEVELS.map((name, i) => i).filter((i) => levels.includes(i));
  byId("severities").replaceChildren(...used.map((i) => element(`button.toggle.${LEVELS[i]}`, {
    type: "button", "aria-pressed": String(!filter.hidden.has(i)), "data-level": LEVELS[i],
    click: () => change(() => filter.hidden.delete(i) || filter.hidden.add(i), `[data-level="${LEVELS[i]}"]`),
  }, `${LEVELS[i]} ${number(t.byLevel[i])}`)));
}

function chip(text, clear) {
  return element("button.chip", {type: "button", "aria-label": `Remove filter ${text}`,
                                 click: () => change(clear, "#search")}, text);
}

function drawChips() {
  const chips = [];
  if (filter.rule !== null) chips.push(chip(rules[filter.rule].name, () => { filter.rule = null; }));
  if (filter.host !== null) chips.push(chip(hostName(filter.host), () => { filter.host = null; }));
  if (filter.technique) chips.push(chip(filter.technique, () => { filter.technique = null; }));
  const anytime = () => { filter.time = null; zooms.length = 0; };
  if (filter.time) chips.push(chip(`${day(filter.time[0])} \u2013 ${day(filter.time[1])}`, anytime));
  byId("chips").replaceChildren(...chips);
}

/* ── When ── */

const SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE, DAY = 24 * HOUR;
const WIDTHS = [1, 2, 5, 10, 20, 50, 100, 200, 500, SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
                MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR,
                12 * HOUR, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 30 * DAY, 60 * DAY, 90 * DAY, 180 * DAY, 365 * DAY];
const MOST_BUCKETS = 80;
const zooms = []; /* where Escape goes back to */
let dragged = null;

/* Where buckets begin, how wide they are, and how many. */
function buckets() {
  const [from, to] = filter.time || [span[0], span[1] + 1];
  const width = WIDTHS.find((w) => Math.ceil(to / w) - Math.floor(from / w) <= MOST_BUCKETS) ||
    Math.ceil((to - from) / MOST_BUCKETS);
  const start = Math.floor(from / width) * width;
  return {start, width, n: Math.max(1, Math.ceil((to - start) / width))};
}

function zoom(first, last, b) {
  const from = b.start + Math.min(first, last) * b.width, to = b.start + (Math.max(first, last) + 1) * b.width;
  if (filter.time && from <= filter.time[0] && to >= filter.time[1]) return;
  zooms.push(filter.time);
  change(() => { filter.time = [from, to]; }, "#timeline [tabindex='0']");
}

function timelineKey(event, i, bars, b) {
  const to = {ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: bars.length - 1}[event.key];
  if (to !== undefined && bars[to]) {
    bars[i].tabIndex = -1;
    bars[to].tabIndex = 0;
    bars[to].focus();
    event.preventDefault();
  } else if (event.key === "Enter" || event.key === " ") {
    zoom(i, i, b);
    event.preventDefault();
  } else if (event.key === "Escape" && filter.time) {
    change(() => { filter.time = zooms.pop() || null; }, "#timeline [tabindex='0']");
  }
}

function drawBar(i, counts, most, b, bars) {
  const at = b.start + i * b.width, total = counts.reduce((a, n) => a + n, 0);
  const parts = LEVELS.map((name, k) => counts[k] ? element(`i.${name}`, {"--part": String(counts[k] / most)}) : null);
  const mark = (last) => bars.forEach((bar, k) => bar.classList.toggle("chosen",
    dragged !== null && k >= Math.min(dragged, last) && k <= Math.max(dragged, last)));
  return element("button", {
    type: "button", tabindex: i === 0 ? "0" : "-1",
    "aria-label": `${day(at)} to ${day(at + b.width)}: ${count(total, "alert")}`,
    title: `${day(at)}: ${count(total, "alert")}`,
    keydown: (e) => timelineKey(e, i, bars, b),
    pointerdown: (e) => { dragged = i; e.target.releasePointerCapture?.(e.pointerId); mark(i); },
    pointerenter: () => { if (dragged !== null) mark(i); },
    click: (e) => { if (e.detail === 0) zoom(i, i, b); }, /* not by a pointer */
    pointerup: () => { const first = dragged; dragged = null; mark(-1); if (first !== null) zoom(first, i, b); },
  }, parts);
}

function drawTimeline(t) {
  const place = byId("timeline");
  if (!(span[0] <= span[1])) {
    place.replaceChildren(element("p.empty", {}, "No alert has a time."));
    return;
  }
  const b = buckets(), counts = Array.from({length: b.n}, () => [0, 0, 0, 0, 0]), bars = [];
  for (const i of t.timed) {
    const at = Math.floor((times[i] - b.start) / b.width);
    if (counts[at]) counts[at][levels[i]]++;
  }
  const most = Math.max(1, ...counts.map((c) => c.reduce((a, n) => a + n, 0)));
  counts.forEach((c, i) => bars.push(drawBar(i, c, most, b, bars)));
  place.replaceChildren(...bars);
  const end = b.start + b.n * b.width;
  const labels = [day(b.start), `at most ${count(most, "alert")} a bar`, day(end)];
  byId("axis").replaceChildren(...labels.map((text) => element("span", {}, text)));
}
addEventListener("pointerup", () => { dragged = null; });

/* ── Rules and hosts ── */

const FEW = 10;
const whole = new Set(); /* lists that are shown whole */
const hostName = (i) => hosts[i] === null ? "(no host)" : hosts[i];

/* A list of {label, count, chosen, choose, level}, most first. */
function drawBars(id, rows) {
  const place = byId(id);
  rows.sort((a, b) => b.count - a.count || (a.label < b.label ? -1 : a.label > b.label ? 1 : 0));
  const most = Math.max(1, ...rows.slice(0, 1).map((r) => r.count));
  const shown = whole.has(id) ? rows.slice(0, 1000) : rows.filter((r, i) => i < FEW || r.chosen);
  const bar = (r) => element(`button.bar${r.count ? "" : ".none"}${r.level ? "." + r.level : ""}`, {
    type: "button", "aria-pressed": String(r.chosen), "--part": String(r.count / most), "data-key": r.key,
    click: () => change(r.choose, `#${id} [data-key="${r.key}"]`),
  }, element("span", {}, r.label), element("span.count", {}, number(r.count)));
  place.replaceChildren(...shown.map(bar));
  if (!rows.length) place.append(element("p.empty", {}, "None."));
  if (rows.length > shown.length)
    place.append(whole.has(id) ? element("p.empty", {}, `and ${number(rows.length - shown.length)} more`)
      : element("button.more", {type: "button", click: () => { whole.add(id); draw(); }}, `All ${number(rows.length)}`));
}

const raisedRules = [...new Set(alerts.map((a) => a.rule))];

function drawRules(t) {
  drawBars("rules", raisedRules.map((i) => ({
    key: i, label: rules[i].name, count: t.byRule[i], chosen: filter.rule === i, level: LEVELS[level(rules[i])],
    choose: () => { filter.rule = filter.rule === i ? null : i; },
  })));
}

function drawHosts(t) {
  drawBars("hosts", hosts.map((name, i) => ({
    key: i, label: hostName(i), count: t.byHost[i], chosen: filter.host === i,
    choose: () => { filter.host = filter.host === i ? null : i; },
  })));
}

/* ── ATT&CK ── */

const names = new Map((facts.attack ? facts.attack.techniques : []).map(([id, name]) => [id, name]));

/* Columns: tactic id -> {name, rules, cells: technique id -> Set of rules}. A technique counts those of its parts. */
const columns = (() => {
  const column = (name) => ({name, rules: new Set(), cells: new Map()});
  const made = new Map((facts.attack ? facts.attack.tactics : []).map(([id, name]) => [id, column(name)]));
  const add = (cells, id, rule) => cells.set(id, (cells.get(id) || new Set()).add(rule));
  rules.forEach((rule, i) => rule.attack.forEach((t) => {
    const id = t.tactic || "";
    if (!made.has(id)) made.set(id, column(t.tactic_name || id || "No tactic"));
    const {rules: of, cells} = made.get(id);
    of.add(i);
    if (!t.id) return;
    if (!names.has(t.id)) names.set(t.id, t.name || "");
    add(cells, t.id, i);
    if (parentOf(t.id)) add(cells, parentOf(t.id), i);
  }));
  return made;
})();

/* Techniques of a column that no rule is about. */
function gapsOf(tactic) {
  const all = facts.attack ? facts.attack.techniques : [];
  return all.filter(([, , tactics]) => tactics.includes(tactic)).map(([id]) => id);
}

function drawCell(id, about, t, heat) {
  const raised = [...about].reduce((n, i) => n + t.byRuleAnyTechnique[i], 0);
  return element(`button.cell${parentOf(id) ? ".sub" : ""}${about.size ? "" : ".gap"}`, {
    type: "button", "aria-pressed": String(filter.technique === id), "data-technique": id,
    "--heat": String(heat(about.size, raised)), disabled: about.size ? null : "",
    click: (e) => change(() => { filter.technique = filter.technique === id ? null : id; },
                         [...byId("matrix").querySelectorAll(".cell")].indexOf(e.currentTarget)),
  }, names.get(id) || id, element("small", {}, element("span", {}, id),
    about.size ? element("span", {}, count(about.size, "rule")) : null,
    raised ? element("span", {}, count(raised, "alert")) : null));
}

function drawMatrix(t) {
  const by = document.querySelector("input[name=colour]:checked").value;
  const gaps = byId("gaps").checked, place = byId("matrix");
  const of = (about) => by === "rules" ? about.size : [...about].reduce((n, i) => n + t.byRuleAnyTechnique[i], 0);
  const most = Math.max(1, ...[...columns.values()].flatMap((c) => [...c.cells.values()].map(of)));
  const heat = (covered, raised) => Math.sqrt((by === "rules" ? covered : raised) / most);
  const none = new Set();
  place.className = by;
  place.replaceChildren(...[...columns].filter(([, c]) => gaps || c.rules.size).map(([id, c]) => element("div.tactic", {},
    element("h3", {}, c.name, element("small", {}, count(c.rules.size, "rule"))),
    [...new Set([...c.cells.keys(), ...(gaps ? gapsOf(id) : [])])].sort()
      .map((technique) => drawCell(technique, c.cells.get(technique) || none, t, heat)))));
  byId("attack_section").hidden = !columns.size;
  if (!place.children.length) place.append(element("p.empty", {}, "No rule names a technique."));
}

/* ── One alert ── */

const SHOWN_FIELDS = ["user.name", "process.name", "process.executable", "process.command_line", "process.pid",
  "process.parent.name", "process.parent.command_line", "file.path", "dll.path", "registry.path", "registry.data.strings",
  "dns.question.name", "source.ip", "destination.ip", "destination.port", "event.action", "event.code"];

/* The value at a path, whichever way the event spells it: {"a.b": 1} or {"a": {"b": 1}}. */
function valueAt(object, path) {
  if (object === null || typeof object !== "object") return undefined;
  if (Object.hasOwn(object, path)) return object[path];
  for (let dot = path.lastIndexOf("."); dot > 0; dot = path.lastIndexOf(".", dot - 1)) {
    const head = path.slice(0, dot);
    if (Object.hasOwn(object, head)) return valueAt(object[head], path.slice(dot + 1));
  }
  return undefined;
}

function fieldsOf(text) {
  let event;
  try { event = JSON.parse(text); } catch { return []; }
  const plain = (value) => Array.isArray(value) ? value.map(plain).join(", ")
    : typeof value === "object" ? JSON.stringify(value) : String(value);
  return SHOWN_FIELDS.map((path) => [path, valueAt(event, path)])
    .filter(([, value]) => value !== undefined && value !== null && value !== "")
    .map(([path, value]) => [path, plain(value)]);
}

/* JSON over several lines; not a byte of its values changes. */
function spread(json) {
  const line = (depth) => "\n" + "  ".repeat(Math.min(depth, 12));
  let out = "", depth = 0, before = "";
  for (const token of json.match(/"(?:\\.|[^"\\])*"?|[{}[\],:]|[^\s{}[\],:"]+/g) || []) {
    const opened = before === "{" || before === "[", closes = token === "}" || token === "]";
    if (opened) depth++;
    if (closes) depth--;
    if (opened !== closes || before === ",") out += line(depth); /* {} and [] stay as they are */
    out += token === ":" ? ": " : token;
    before = token;
  }
  return out;
}

/* Something that is made when it is opened. */
function unfolded(title, make) {
  const made = element("details.inner", {}, element("summary", {}, title));
  made.addEventListener("toggle", () => { if (made.open && made.childElementCount === 1) made.append(make()); });
  return made;
}

function offset(ms) {
  if (isNaN(ms)) return "";
  const units = [[DAY, "d"], [HOUR, "h"], [MINUTE, "min"], [SECOND, "s"]];
  const [size, name] = units.find(([size]) => Math.abs(ms) >= size) || [1, "ms"];
  return `${ms < 0 ? "\u2212" : "+"}${Number((Math.abs(ms) / size).toFixed(size > 1 ? 2 : 0))} ${name}`;
}

/* Where each event stands between the first and the last, from 0 to 1; a missing one between its neighbours. */
function places(steps) {
  const at = steps.map((s) => moment(s.time)), known = at.filter((t) => !isNaN(t));
  const first = Math.min(...known), last = Math.max(...known);
  const even = !known.length || first === last || steps.some((s, i) => !s.missing && isNaN(at[i]));
  const place = at.map((t, i) => even ? (steps.length > 1 ? i / (steps.length - 1) : 0) : (t - first) / (last - first));
  place.forEach((p, i) => {
    if (!isNaN(p)) return;
    const after = place.find((q, k) => k > i && !isNaN(q));
    place[i] = after === undefined ? 1 : ((i ? place[i - 1] : 0) + after) / 2;
  });
  return {place, length: even ? NaN : last - first};
}

function drawStrip(steps) {
  const {place, length} = places(steps);
  return element("div.strip", {"aria-hidden": "true"},
    steps.map((s, i) => element(`span.dot${s.missing ? ".missing" : ""}`, {"--at": String(place[i])}, String(i + 1))),
    element("div.ends", {}, element("span", {}, isNaN(length) ? "" : "0"), element("span", {}, offset(length))));
}

function drawStep(step, i, first) {
  const dot = element(`span.dot${step.missing ? ".missing" : ""}`, {}, String(i + 1));
  if (step.missing)
    return element("li.step", {}, dot, element("div.title", {}, element("b", {}, "no such event"),
      element("span.quiet", {}, "as the rule demands")));
  const source = step.path ? `${step.path}${step.line ? ":" + step.line : ""}` : "";
  const time = step.time ? step.time.replace("T", " ") : "no time";
  const after = i ? offset(moment(step.time) - first) : "";
  return element("li.step", {}, dot,
    element("div.title", {}, element("b", {}, step.what || "event"),
      [step.category, time, after, step.host, source].filter((t) => t).map((t) => element("span.quiet", {}, t))),
    step.event ? [
      element("dl", {}, fieldsOf(step.event).flatMap(([path, value]) =>
        [element("dt", {}, path), element("dd", {}, value)])),
      unfolded("Event", () => element("pre", {}, spread(step.event))),
    ] : element("p.quiet", {}, `The event (${number(step.bytes)} bytes) is not on this page; see ${source || "its source"}.`));
}

function drawBody(alert) {
  const rule = rules[alert.rule], steps = alert.steps, first = moment((steps.find((s) => s.time) || {}).time);
  const more = alert.more_keys ? `, and ${number(alert.more_keys)} more` : "";
  return element("div.body", {},
    alert.message ? element("p", {}, alert.message) : null,
    rule.description ? element("p.quiet", {}, rule.description) : null,
    element("div.facts", {},
      alert.keys && alert.keys.length ? element("span", {}, "joined by ", alert.keys.join(" \u00b7 "), more) : null,
      alert.user ? element("span", {}, `user ${alert.user}`) : null,
      element("span", {}, `risk ${rule.risk}`),
      rule.attack.filter((t) => t.id).map((t) => element("span", {}, `${t.id} ${names.get(t.id) || t.name || ""}`)),
      element("span", {}, `id ${alert.id || "unknown"}`)),
    steps.length > 1 ? drawStrip(steps) : null,
    element("ol.steps", {}, steps.map((s, i) => drawStep(s, i, first))),
    alert.more_steps ? element("p.quiet", {}, `and ${count(alert.more_steps, "further event")}, not on this page`) : null,
    rule.query ? unfolded("Query of the rule", () => element("pre", {}, rule.query)) : null);
}

function drawAlert(i) {
  const alert = alerts[i], rule = rules[alert.rule], name = LEVELS[levels[i]];
  const made = element("details.alert", {"data-alert": i},
    element("summary", {}, element("span.time", {}, alert.time ? alert.time.replace("T", " ") : "no time"),
      element(`span.severity.${name}`, {}, name), element("span.rule", {}, rule.name),
      element("span.host", {}, alert.host || ""), element("span.what", {}, alert.what || "")));
  made.addEventListener("toggle", () => { if (made.open && made.childElementCount === 1) made.append(drawBody(alert)); });
  return made;
}

/* ── The list ── */

const PAGE = 100;
let found = [], listed = 0;

function drawMore() {
  const next = found.slice(listed, listed + PAGE);
  byId("list").append(...next.map(drawAlert));
  listed += next.length;
  byId("more").hidden = listed >= found.length;
  byId("more").textContent = `${number(Math.min(PAGE, found.length - listed))} more of ${number(found.length - listed)}`;
}

function drawList(t) {
  found = t.found;
  if (byId("newest").checked)
    found = [...found].sort((a, b) => (isNaN(times[a]) - isNaN(times[b])) || times[b] - times[a] || b - a);
  listed = 0;
  byId("list").replaceChildren();
  const nothing = alerts.length ? "No alert passes the filters." : "There are no alerts.";
  if (!found.length) byId("list").append(element("p.empty", {}, nothing));
  byId("found").textContent = found.length === alerts.length ? count(alerts.length, "alert")
    : `${number(found.length)} of ${count(alerts.length, "alert")}`;
  drawMore();
}

/* ── All of it ── */

function draw() {
  const t = tally();
  drawSeverities(t);
  drawChips();
  drawTimeline(t);
  drawRules(t);
  drawHosts(t);
  drawMatrix(t);
  drawList(t);
}

/* Change a filter, draw, and put the focus where it was: a selector, or the number of a cell. */
function change(edit, focus) {
  edit();
  draw();
  const target = typeof focus === "number" ? byId("matrix").querySelectorAll(".cell")[focus]
    : document.querySelector(focus);
  if (target) target.focus({preventScroll: true});
}

let waiting = 0;
byId("search").addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    const text = byId("search").value.trim();
    filter.search = text ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i") : null;
    draw();
  }, 150);
});
byId("filters").addEventListener("submit", (e) => e.preventDefault());
byId("more").addEventListener("click", drawMore);
for (const id of ["gaps", "newest"]) byId(id).addEventListener("change", draw);
for (const radio of document.querySelectorAll("input[name=colour]")) radio.addEventListener("change", draw);
drawHeader();
draw();
})();
