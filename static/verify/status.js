// Whether it was revoked: a Bitstring Status List 1.0 is a signed document of the same issuer, verified like a badge.

import { fromBase64url } from "./bytes.js";
import { Failure, sentenceOf, stateOf } from "./failure.js";
import { list, text } from "./json.js";

const MIN_ENTRIES = 131072;
/** The most bytes that a list may unpack to: 8 million entries. */
const MAX_BYTES = 1 << 20;

/** Looks every revocation and suspension entry up. `verifyList` reads and verifies the bytes of a list. */
export async function checkStatus(credential, issuer, world, verifyList) {
  const entries = list(credential, "credentialStatus");
  if (entries.length > 4) throw new Failure("UnknownStatus");
  for (const entry of entries) {
    if (text(entry, "type") === "1EdTechRevocationList") await checkNamed(entry, text(credential, "id"), issuer, world);
    else await checkEntry(entry, issuer, world, verifyList);
  }
  return entries.length;
}

/** A list of 1EdTech names the revoked badges in clear, and is vouched for by nothing but its address. */
async function checkNamed(entry, id, issuer, world) {
  const url = text(entry, "id");
  if (url === undefined) throw new Failure("UnknownStatus");
  let document;
  try {
    document = await world.document(url);
  } catch (error) {
    throw new Failure("StatusUnavailable", error.what);
  }
  const said = text(document, "issuer") ?? text(document.issuer, "id");
  if (said !== undefined && said !== issuer) throw new Failure("OtherStatusList");
  const isRevoked = list(document, "revokedCredential").some((one) => text(one, "id") === id && one.revoked !== false);
  if (isRevoked) throw new Failure("Revoked");
}

async function checkEntry(entry, issuer, world, verifyList) {
  const purpose = text(entry, "statusPurpose");
  const size = entry?.statusSize ?? 1;
  if (text(entry, "type") !== "BitstringStatusListEntry" || purpose === undefined || size !== 1 || entry.statusSize === null) {
    throw new Failure("UnknownStatus", text(entry, "type") ?? "");
  }
  if (["message", "refresh"].includes(purpose)) return;
  if (!["revocation", "suspension"].includes(purpose)) throw new Failure("UnknownStatus", purpose);
  const written = text(entry, "statusListIndex") ?? "";
  const index = /^\+?[0-9]+$/.test(written) ? Number(written) : NaN;
  if (!(index <= 0xffffffff)) throw new Failure("UnknownStatus");
  const url = text(entry, "statusListCredential");
  if (url === undefined) throw new Failure("UnknownStatus");
  const bytes = await world.statusList(url);
  const { document, failure } = await verifyList(bytes);
  if (failure !== undefined) {
    throw new Failure(stateOf(failure) === "failed" ? "StatusListBad" : "StatusListUnchecked", sentenceOf(failure));
  }
  const subject = document.credentialSubject;
  const listIssuer = text(document, "issuer") ?? text(document.issuer, "id");
  const isSamePurpose = list(subject, "statusPurpose").includes(purpose);
  if (text(document, "id") !== url || listIssuer !== issuer || !isSamePurpose) throw new Failure("OtherStatusList");
  const encoded = text(subject, "encodedList");
  if (encoded === undefined) throw new Failure("OtherStatusList");
  if (await isSet(encoded, index)) throw new Failure(purpose === "revocation" ? "Revoked" : "Suspended");
}

/** Whether bit `index` is set; bit 0 is the leftmost of the first byte. */
async function isSet(encoded, index) {
  const packed = encoded.startsWith("u") ? fromBase64url(encoded.slice(1)) : undefined;
  if (packed === undefined) throw new Failure("StatusList", "it is not written in base64url");
  const bytes = await unpacked(packed);
  if (bytes.length * 8 < MIN_ENTRIES) throw new Failure("StatusList", `it has fewer than ${MIN_ENTRIES} entries`);
  const byte = bytes[Math.floor(index / 8)];
  if (byte === undefined) throw new Failure("StatusList", `index ${index} is past its end`);
  return (byte & (0x80 >> (index % 8))) !== 0;
}

/** Unpacks gzip up to a bound, whatever the packed bytes promise. */
async function unpacked(packed) {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip")).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    let step;
    try {
      step = await reader.read();
    } catch {
      throw new Failure("StatusList", "it is not packed with gzip");
    }
    if (step.done) break;
    parts.push(step.value);
    length += step.value.length;
    if (length > MAX_BYTES) {
      await reader.cancel().catch(() => {});
      throw new Failure("StatusList", "it unpacks to more than 1 MB");
    }
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
