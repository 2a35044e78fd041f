// The page: what was given, one button, and what was found. Everything from outside is written as text, never as HTML.

import { failureFrom, sentenceOf } from "./failure.js";
import { fromUtf8 } from "./bytes.js";
import { isObject, list, parseJson, text } from "./json.js";
import { fromMarkdown, linkTo } from "./markdown.js";
import { hostedAt, olderMoment, olderRecipient } from "./older.js";
import { MAX_DOCUMENT, MAX_PICTURE } from "./read.js";
import { issuerOf, verify } from "./verify.js";
import { World } from "./world.js";

const MOST_FILES = 12;
const byId = (id) => document.getElementById(id);
const STATES = { held: "Holds", failed: "Does not hold", unchecked: "Not checked" };
const ALWAYS_OPEN = [
  "Whether the person who shows the badge is the one who earned it.",
  "Whether the issuer is one that you should trust.",
  "What links in the badge lead to: pages and files there may have changed since it was signed.",
];

/** What a browser may not read where a server may. */
const ASKABLE = ["IssuerUnavailable", "StatusUnavailable", "HostedUnavailable", "StatusListUnchecked", "EndorsementUnchecked", "PartUnchecked"];
const BY_SERVER = "/verify/check";

let files = [];
let pictureUrl;
/** What was found of what the server would be sent, once it is asked for. */
let askable;

function element(name, className, content) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (content !== undefined) made.textContent = content;
  return made;
}

const icon = (state) => byId(`icon-${state}`).content.cloneNode(true);

/** Remembers the one thing that was given last, and empties the other two. */
function give(kind, chosen) {
  files = kind === "file" ? [...chosen] : [];
  if (kind !== "file") byId("file").value = "";
  if (kind !== "paste") byId("paste").value = "";
  if (kind !== "link") byId("link").value = "";
  byId("chosen").textContent = files.map((one) => `${one.name} (${size(one.size)})`).join(", ");
}

function size(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${Math.round(bytes / 1_000_000)} MB`;
}

/** The bytes to check, or nothing where nothing was given. A file that is too large is not read. */
async function given(world) {
  if (files.length > 0) return sortedOut(world);
  const [pasted, link] = [byId("paste").value, byId("link").value.trim()];
  if (/^https?:\/\/\S+$/.test(pasted.trim())) return { bytes: await world.badge(pasted.trim()), link: pasted.trim() };
  if (pasted.trim() !== "") {
    return pasted.length > MAX_DOCUMENT ? { tooLarge: true } : { bytes: new TextEncoder().encode(pasted) };
  }
  return link === "" ? undefined : { bytes: await world.badge(link), link };
}

/** Of files that were chosen together, one is the badge; the others are what its issuer published. */
async function sortedOut(world) {
  if (files.length > MOST_FILES) return { tooMany: true };
  const badges = [];
  for (const one of files) {
    if (one.size > MAX_PICTURE) return { tooLarge: true };
    const bytes = new Uint8Array(await one.arrayBuffer());
    const document = files.length > 1 ? jsonIn(bytes) : undefined;
    const id = text(document, "id");
    if (id !== undefined && Array.isArray(document.verificationMethod)) {
      world.held.identities.set(id, document);
    } else if (id !== undefined && list(document, "type").includes("BitstringStatusListCredential")) {
      world.held.lists.set(id, bytes);
    } else {
      badges.push(bytes);
    }
  }
  return badges.length === 1 ? { bytes: badges[0] } : { tooMany: true };
}

function jsonIn(bytes) {
  try {
    return parseJson(fromUtf8(bytes) ?? "");
  } catch {
    return undefined;
  }
}

async function check() {
  const button = byId("check");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Checking…";
  byId("result").hidden = true;
  byId("says").textContent = "";
  try {
    show(await outcome(new World(JSON.parse(byId("terms").textContent), Date.now())));
  } finally {
    button.removeAttribute("aria-disabled");
    button.textContent = "Check";
  }
}

async function outcome(world) {
  const nothing = (verdict, headline, sentence) => ({ verdict, headline, checks: [], remarks: [], sentence });
  try {
    const found = await given(world);
    if (found === undefined) return nothing("unknown", "Nothing to check yet", "Choose a file, paste a badge, or give its address.");
    if (found.tooMany) return nothing("unknown", "Choose one badge", "Choose one badge at a time, alone or together with its issuer’s did.json and status list. Nothing was checked.");
    if (found.tooLarge) return nothing("unknown", "Cannot say: this cannot be read as a badge", "It is larger than anything that a badge needs (a picture has 8 MB at most, a text 1 MB). It was not read.");
    const holder = byId("recipient").value.trim();
    return { ...(await verify(found.bytes, world, holder)), bytes: found.bytes, given: found.link, holder };
  } catch (error) {
    return nothing("unknown", "Cannot say: nothing could be read", sentenceOf(failureFrom(error)));
  }
}

function show(found) {
  const result = byId("result");
  result.dataset.verdict = found.verdict;
  const banner = byId("banner");
  const look = found.unconfirmed ? "unknown" : found.verdict;
  banner.replaceChildren(icon({ valid: "held", invalid: "failed", unknown: "unchecked" }[look]));
  banner.className = `banner is-${look}`;
  const decisive = ["failed", "unchecked"].flatMap((state) => found.checks.filter((one) => one.state === state));
  const words = element("div");
  words.append(element("h2", "", found.headline), element("p", "", found.sentence ?? decisive[0]?.sentence ?? "Every check below holds."));
  banner.append(words);
  byId("checks").replaceChildren(...found.checks.map(checkLine));
  byId("checks-part").hidden = found.checks.length === 0;
  const open = [...found.checks.filter(({ state, code }) => state === "unchecked" && code !== "NotChecked").map(({ sentence }) => sentence), ...found.remarks];
  byId("open").replaceChildren(...[...open, ...ALWAYS_OPEN].map((sentence) => element("li", "", sentence)));
  byId("open-part").hidden = found.document === undefined;
  describe(found);
  offerServer(found);
  result.hidden = false;
  byId("says").textContent = `${found.headline}. ${words.lastChild.textContent}`;
  result.focus({ preventScroll: true });
  result.scrollIntoView({ block: "nearest" });
}

/** A step of its own, in plain sight: up to here nothing was sent to anybody. */
function offerServer(found) {
  const isOpen = found.checks.some(({ code }) => ASKABLE.includes(code));
  askable = found.verdict === "unknown" && isOpen && location.protocol !== "file:" && found.source !== undefined ? found : undefined;
  byId("server-part").hidden = askable === undefined;
  byId("server-found").replaceChildren();
  byId("server-host").textContent = location.host;
}

async function askServer() {
  const button = byId("server-ask");
  if (askable === undefined || button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  const told = byId("server-found");
  told.replaceChildren(element("p", "", "Asking…"));
  try {
    const headers = { "content-type": "application/octet-stream" };
    // Where whose it should be was asked, the answer is about that too. A header holds plain letters alone.
    if (askable.holder !== "") headers["badge-holder"] = encodeURIComponent(askable.holder);
    const answer = await fetch(BY_SERVER, { method: "POST", headers, body: askable.source, credentials: "omit" });
    if (answer.status === 429) throw new Error("It was asked too often. Try again in a minute.");
    if (!answer.ok) throw new Error("This site does not check badges for others.");
    const { verdict, checks, remarks, parts } = await answer.json();
    const words = { valid: "valid, as far as it checks", invalid: "not valid", unknown: "it cannot say either" };
    const isPart = parts.some(({ state }) => state === "held") && checks.every(({ kind, state }) => kind === "Parts" || state === "held");
    const said = verdict !== "valid" && isPart ? "partly verified, each badge in it as it stands below" : words[verdict] ?? verdict;
    const lines = element("ul", "checks");
    lines.append(...checks.map(checkLine), ...parts.map(checkLine));
    told.replaceChildren(element("p", "lead", `${location.host} says: ${said}.`), lines, ...remarks.map((one) => element("p", "quiet", one)));
  } catch (error) {
    told.replaceChildren(element("p", "", error instanceof TypeError ? "It did not answer." : error.message));
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

function checkLine({ kind, name, state, code, sentence }) {
  const item = element("li", `check is-${state}`);
  Object.assign(item.dataset, { kind, state, code });
  const words = element("div");
  const title = element("p", "check-name");
  title.append(element("strong", "", name), element("span", "state", STATES[state]));
  words.append(title, element("p", "", sentence));
  item.append(icon(state), words);
  return item;
}

/** What the badge says of itself, as text. */
function describe({ document: judged, older, parts = [], carrier, bytes, given, verdict, unconfirmed, isPresentation = false }) {
  const badge = older === undefined ? judged : inNewWords(judged, older);
  byId("badge-part").hidden = badge === undefined;
  if (pictureUrl !== undefined) URL.revokeObjectURL(pictureUrl);
  pictureUrl = undefined;
  if (badge === undefined) return;
  const subject = badge.credentialSubject;
  const achievement = subject?.achievement;
  const several = isPresentation ? `${parts.length} badges` : "No name";
  byId("badge-name").textContent = text(achievement, "name") ?? text(badge, "name") ?? several;
  const own = isPresentation ? "Each in the words of its own issuer." : "In the words of its issuer.";
  byId("badge-note").textContent =
    verdict === "valid" && !unconfirmed ? own : "In the words of whoever wrote it. Do not rely on them: see above.";
  const facts = byId("facts");
  facts.replaceChildren();
  const fact = (term, ...values) => {
    const known = values.filter((value) => value !== undefined && value !== "");
    if (known.length === 0) return;
    const row = element("div");
    const shown = (value) => {
      const one = element("dd", "", typeof value === "string" ? value : undefined);
      if (typeof value !== "string") one.append(value);
      return one;
    };
    row.append(element("dt", "", term), ...known.map(shown));
    facts.append(row);
  };
  fact("Issued by", text(badge.issuer, "name"), issuerOf(badge), text(badge.issuer, "url"), ...list(badge.issuer, "otherIdentifier").map(identified));
  fact("Recipient", text(subject, "id"), ...list(subject, "identifier").map(recipient));
  fact("Awarded", date(text(badge, "awardedDate") ?? text(badge, "validFrom")));
  fact("Valid until", date(text(badge, "validUntil")));
  const written = (value) => (value === undefined ? undefined : fromMarkdown(value));
  fact("Work finished", date(text(subject, "activityEndDate")));
  fact("What it is", text(achievement, "achievementType"));
  fact("Language", text(achievement, "inLanguage"));
  fact("Credits", credits(achievement, subject));
  fact("Description", written(text(achievement, "description") ?? text(badge, "description")));
  fact("Criteria", written(text(achievement?.criteria, "narrative")), link(text(achievement?.criteria, "id")));
  fact("About the badge", link(text(achievement, "id")));
  fact("Badges in it", ...parts.map(partLine));
  fact("Results", ...list(subject, "result").map((result) => described(result, achievement)));
  fact("Evidence", ...list(badge, "evidence").flatMap((one) => [[text(one, "name"), text(one, "genre")].filter(Boolean).join(": "), written(text(one, "narrative")), link(text(one, "id"))]));
  fact("Skills", ...list(achievement, "alignment").map((one) => [text(one, "targetName"), text(one, "targetType"), text(one, "targetUrl")].filter(Boolean).join(": ")));
  const endorsed = [badge, badge.issuer, achievement].flatMap((one) => list(one, "endorsement")).filter(isObject);
  fact("Endorsed by", ...(endorsed.length === 0 && achievement !== undefined ? ["None yet"] : endorsed.map(endorser)));
  fact("Comment", written(text(subject, "endorsementComment")));
  // A signed document cannot say what happened since: that it was suspended, for one.
  const page = isPresentation ? undefined : link(ownPage(badge, given));
  if (page !== undefined) fact("Its own page", page, "Its issuer may say more there, such as that it is under review.");
  picture(achievement, carrier, bytes);
}

/** One badge of a record, with what was found of it. */
function partLine({ name, issuer, awarded, criteria, state, code, sentence }) {
  const line = element("div", `check is-${state}`);
  Object.assign(line.dataset, { part: name, state, code });
  const words = element("div");
  const title = element("p", "check-name");
  title.append(element("strong", "", name), element("span", "state", STATES[state]));
  const from = [issuer, date(awarded)].filter(Boolean).join(", ");
  words.append(title, element("p", "quiet", from), element("p", "", sentence));
  if (criteria !== undefined) {
    const more = element("details");
    more.append(element("summary", "", "What it takes, in its issuer’s words"), fromMarkdown(criteria));
    words.append(more);
  }
  line.append(icon(state), words);
  return line;
}

/** Who endorses it, since when, for which version, and in which words. */
function endorser(one) {
  const words = [text(one.issuer, "name"), issuerOf(one), date(text(one, "validFrom")), text(one, "description")];
  const said = element("div", "", words.filter(Boolean).join(" · "));
  const comment = text(one.credentialSubject, "endorsementComment");
  if (comment !== undefined) said.append(fromMarkdown(comment));
  return said;
}

function link(address) {
  return /^https?:\/\//.test(address ?? "") ? linkTo(address) : address;
}

/** Where the badge itself is on the web: by its id, where it is hosted, or where it was got from. */
function ownPage(badge, given) {
  const found = [text(badge, "id"), badge.page, given].find((address) => /^https?:\/\//.test(address ?? ""));
  // The file of a record, which its holder may keep from others, stands beside the page of its badge.
  return found?.replace(/\.clr\.(?:json|jwt)$/, "");
}

/** A badge of 1.0 or 2.0 in the members of 3.0, to be shown in the same way. */
function inNewWords(assertion, { badge, issuer }) {
  const known = badge ?? {};
  const profile = issuer ?? (typeof known.issuer === "object" ? known.issuer : undefined);
  const awarded = olderMoment(assertion.issuedOn);
  const until = olderMoment(assertion.expires);
  const asText = (moment) => (Number.isNaN(moment) ? undefined : new Date(moment).toISOString());
  const { criteria, image } = known;
  return {
    id: text(assertion, "id"),
    page: hostedAt(assertion),
    issuer: { id: text(profile, "url") ?? text(profile, "id") ?? text(known, "issuer"), name: text(profile, "name") },
    awardedDate: asText(awarded),
    validUntil: asText(until),
    evidence: list(assertion, "evidence").map((one) => (typeof one === "string" ? { id: one } : one)),
    credentialSubject: {
      identifier: assertion.recipient === undefined ? [] : olderRecipient(assertion),
      achievement: {
        name: text(known, "name"),
        description: text(known, "description"),
        criteria: typeof criteria === "string" ? { id: criteria } : criteria,
        alignment: list(known, "alignment"),
        image,
      },
    },
  };
}

/** "1 January 2025", or the text itself where it is no date. */
function date(written) {
  const moment = Date.parse(written ?? "");
  return Number.isNaN(moment) ? written : new Date(moment).toLocaleDateString("en-GB", { dateStyle: "long", timeZone: "UTC" });
}

/** "ror: https://ror.org/05dxps055" */
function identified(entry) {
  const kind = (text(entry, "identifierType") ?? "").replace(/^ext:/, "");
  return [kind, text(entry, "identifier")].filter(Boolean).join(": ");
}

/** "1.5", or "1 of 1.5" where fewer were earned than there are. */
function credits(achievement, subject) {
  const [all, earned] = [achievement?.creditsAvailable, subject?.creditsEarned].map((one) => (typeof one === "number" ? String(one) : undefined));
  if (all === undefined || earned === undefined) return earned ?? all;
  return all === earned ? all : `${earned} of ${all}`;
}

function recipient(identity) {
  const kinds = { emailAddress: "e-mail address", ltiUserId: "user id of a learning platform", userName: "user name" };
  const named = text(identity, "identityType") ?? "identifier";
  const kind = Object.hasOwn(kinds, named) ? kinds[named] : named;
  return identity?.hashed === false ? `${text(identity, "identityHash")} (${kind})` : `Known by a concealed ${kind}`;
}

function described(result, achievement) {
  const about = list(achievement, "resultDescription").find((one) => text(one, "id") === text(result, "resultDescription"));
  const level = list(about, "rubricCriterionLevel").find((one) => text(one, "id") === text(result, "achievedLevel"));
  const most = text(about, "valueMax");
  const points = text(result, "value");
  const reached = points === undefined || most === undefined ? points : `${points} of ${most}`;
  const value = text(level, "name") ?? reached ?? text(result, "status");
  return [text(about, "name"), value].filter(Boolean).join(": ");
}

/** The picture that was given, or the one that the badge holds in itself; one at another address is not asked for. */
function picture(achievement, carrier, bytes) {
  const shown = element("img", "picture");
  const inside = text(achievement?.image, "id") ?? text(achievement, "image") ?? "";
  if (carrier === "png" || carrier === "svg") {
    pictureUrl = URL.createObjectURL(new Blob([bytes], { type: carrier === "png" ? "image/png" : "image/svg+xml" }));
    shown.src = pictureUrl;
  } else if (/^data:image\/(?:png|svg\+xml|jpeg|gif|webp)[;,]/i.test(inside)) {
    shown.src = inside;
  }
  shown.alt = text(achievement?.image, "caption") ?? "The badge’s picture";
  byId("picture").replaceChildren(...(shown.hasAttribute("src") ? [shown] : []));
}

/** An address that came with the page's own stands in its field; nothing is asked before Check is pressed. */
function fromAddress() {
  const asked = new URLSearchParams(location.hash.slice(1)).get("url");
  if (asked !== null && /^https?:\/\//.test(asked)) {
    give("link");
    byId("link").value = asked;
  }
}

function start() {
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    void check();
  });
  byId("server-ask").addEventListener("click", () => void askServer());
  byId("file").addEventListener("change", ({ target }) => give("file", target.files));
  byId("paste").addEventListener("input", () => give("paste"));
  byId("link").addEventListener("input", () => give("link"));
  const drop = byId("drop");
  for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
    // A file that misses the field would otherwise replace this page.
    document.addEventListener(kind, (event) => {
      event.preventDefault();
      drop.classList.toggle("is-over", kind === "dragenter" || kind === "dragover");
    });
  }
  document.addEventListener("drop", ({ dataTransfer }) => {
    if (dataTransfer?.files.length > 0) give("file", dataTransfer.files);
  });
  byId("save").hidden = location.protocol === "file:";
  byId("saved").hidden = location.protocol !== "file:";
  addEventListener("hashchange", fromAddress);
  fromAddress();
  byId("form").hidden = false;
}

start();
