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

/** Waits until the button can be pressed again. A timer would wait four milliseconds at least, as long as a check takes. */
function pressable(button) {
  return new Promise((done) => {
    const look = () => {
      if (button.hasAttribute("aria-disabled")) return;
      observer.disconnect();
      done();
    };
    const observer = new MutationObserver(look);
    observer.observe(button, { attributeFilter: ["aria-disabled"] });
    look();
  });
}

async function run() {
  const asked = [];
  // Nobody sees hundreds of findings go by, and drawing each of them takes longer than the check. A few are drawn.
  if (cases.length > 100) document.body.style.setProperty("display", "none", "important");
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
    await pressable(byId("check"));
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
  document.body.style.removeProperty("display");
  return found;
}

run().then(done, (error) => done({ error: String(error.stack) }));
