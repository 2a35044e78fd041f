// Feeds the verifier page one case after another and writes down what it shows. Arguments: the cases, what the net
// answers (address: text; anything else is unreachable), the time in milliseconds or null, and what to call at the end.
const [cases, net, now, done] = arguments;
const byId = (id) => document.getElementById(id);

function put(one) {
  if (one.recipient !== undefined) byId("recipient").value = one.recipient;
  if (one.files !== undefined) {
    const files = new DataTransfer();
    for (const { name, base64 } of one.files) {
      files.items.add(new File([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], name));
    }
    byId("file").files = files.files;
    byId("file").dispatchEvent(new Event("change"));
  } else if (one.link !== undefined) {
    byId("link").value = one.link;
    byId("link").dispatchEvent(new Event("input"));
  } else if (one.base64 !== undefined || one.zeros !== undefined) {
    const bytes = one.zeros !== undefined ? new Uint8Array(one.zeros) : Uint8Array.from(atob(one.base64), (c) => c.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], "badge"));
    byId("file").files = files.files;
    byId("file").dispatchEvent(new Event("change"));
  } else {
    byId("paste").value = one.repeat === undefined ? one.text : "x".repeat(one.repeat);
    byId("paste").dispatchEvent(new Event("input"));
  }
}

async function run() {
  const asked = [];
  if (net !== null) {
    window.fetch = async (url) => {
      asked.push(String(url));
      if (!Object.hasOwn(net, String(url))) throw new TypeError("unreachable");
      return new Response(net[String(url)]);
    };
  }
  if (now !== null) Date.now = () => now;
  const found = [];
  for (const one of cases) {
    put(one);
    const began = performance.now();
    byId("form").requestSubmit();
    while (byId("check").hasAttribute("aria-disabled")) await new Promise((next) => setTimeout(next, 0));
    const checks = {};
    for (const line of byId("checks").children) {
      checks[line.dataset.kind] = { state: line.dataset.state, code: line.dataset.code, sentence: line.lastChild.lastChild.textContent };
    }
    found.push({
      verdict: byId("result").dataset.verdict,
      look: byId("banner").className,
      says: byId("says").textContent,
      sentence: byId("banner").querySelector("p").textContent,
      milliseconds: performance.now() - began,
      checks,
      open: Array.from(byId("open-part").hidden ? [] : byId("open").children, (line) => line.textContent),
      asked: asked.splice(0),
    });
  }
  return found;
}

run().then(done, (error) => done({ error: String(error.stack) }));
