// Markdown as Open Badges lets issuers write it (narratives, descriptions), as elements: nothing of it is read as HTML, and
// no picture is asked for.

// No mark is looked for behind another one of its kind: of a million that stand open, each would be looked through to the end.
const INLINE = /(\*\*|__)(?=\S)(.+?)\1|(\*|_)(?=\S)(.+?)\3|`([^`]+)`|\[([^[\]]+)\]\((https?:\/\/[^\s()]+)\)/;
const MOST_NESTING = 4;

/** The elements of `source`, to be put where a value stands. */
export function fromMarkdown(source) {
  const made = document.createElement("div");
  made.className = "written";
  for (const block of source.replace(/\r\n?/g, "\n").split(/\n{2,}/)) {
    if (block.trim() === "") continue;
    for (const part of blockOf(block.trim().split("\n"))) made.append(part);
  }
  return made;
}

function blockOf(lines) {
  const bullet = /^\s*[-*+]\s+/;
  const number = /^\s*\d+[.)]\s+/;
  const kinds = [[bullet, "ul"], [number, "ol"]];
  const listed = kinds.find(([mark]) => lines.every((line) => mark.test(line)));
  if (listed !== undefined) {
    const [mark, name] = listed;
    const made = document.createElement(name);
    for (const line of lines) made.append(inlineElement("li", line.replace(mark, "")));
    return [made];
  }
  const heading = /^#{1,6}\s+/;
  const below = lines.findIndex((line) => !heading.test(line));
  if (below !== 0) {
    const rest = below < 0 ? [] : blockOf(lines.slice(below));
    return lines.slice(0, below < 0 ? lines.length : below).map((line) => titleOf(line.replace(heading, ""))).concat(rest);
  }
  const quote = /^>\s?/;
  const isQuote = lines.every((line) => quote.test(line));
  const content = lines.map((line) => (isQuote ? line.replace(quote, "") : line)).join("\n");
  return [inlineElement(isQuote ? "blockquote" : "p", content)];
}

function titleOf(content) {
  const title = document.createElement("p");
  title.append(inlineElement("strong", content));
  return title;
}

function inlineElement(name, content, depth = 0) {
  const made = document.createElement(name);
  let rest = content;
  while (rest !== "") {
    const found = depth < MOST_NESTING ? INLINE.exec(rest) : null;
    if (found === null) break;
    const [all, , strong, , weak, code, label, address] = found;
    made.append(rest.slice(0, found.index));
    if (strong !== undefined) made.append(inlineElement("strong", strong, depth + 1));
    else if (weak !== undefined) made.append(inlineElement("em", weak, depth + 1));
    else if (code !== undefined) made.append(codeElement(code));
    else made.append(linkTo(address, label));
    rest = rest.slice(found.index + all.length);
  }
  made.append(rest);
  return made;
}

function codeElement(content) {
  const made = document.createElement("code");
  made.textContent = content;
  return made;
}

/** A link that tells the other side nothing of this page. */
export function linkTo(address, label = address) {
  const made = document.createElement("a");
  made.href = address;
  made.rel = "noopener noreferrer nofollow";
  made.textContent = label;
  return made;
}
