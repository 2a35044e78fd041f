// Why a check did not hold. The codes are those of the server's verifier (`src/openbadges/verify/verdict.rs`), and a
// few more for what only this page reads: pictures, tokens, and what a browser cannot do.

/** What is thrown where a check does not hold. `what` goes into its sentence. */
export class Failure extends Error {
  constructor(code, what = "") {
    super(code);
    this.code = code;
    this.what = what;
  }
}

/** The sentences of what is known to be wrong: the badge is not valid. */
const FAILED = {
  DuplicateName: (what) => `The document says ${what} twice, so that two readers could see two different badges.`,
  BakedTwice: () => "The picture holds more than one badge, so that nobody can tell which one counts.",
  Missing: (what) => `The document has no usable “${what}”.`,
  WrongType: () => "The document is not a badge or an endorsement.",
  Context: () => "The document does not begin with the W3C context for credentials.",
  NoProof: () => "The document carries no proof: anybody could have written it.",
  Purpose: () => "The proof was not made to assert the badge (proofPurpose).",
  ProofValue: () => "The proof’s value is not a signature.",
  ProofExpired: () => "The proof has expired.",
  AlgNone: () => "The token says that it is not signed (alg: none).",
  AlgSecret: (what) => `The token is signed with a shared secret (${what}), which proves nothing to others.`,
  TokenHeader: (what) => `The token’s header is not one of a badge: ${what}.`,
  PrivateKey: () => "The token gives away a private key, so that anybody could have signed it.",
  HeaderKey: () => "The key in the token’s header is none that can be used.",
  Claims: (what) => `The token contradicts the badge in it: ${what}.`,
  OldForm: () => "The token holds a badge in itself and another in its member “vc”, so that two readers could see two different badges.",
  OtherController: () => "The key does not belong to the issuer that the badge names.",
  OtherIdentity: () => "The issuer’s identity document names another identity.",
  UnknownKey: () => "The issuer does not publish this key, or has withdrawn it.",
  OtherKey: () => "The key that the token carries is not the one that the issuer publishes.",
  KeyNotForAssertion: () => "The issuer does not publish this key for signing badges.",
  KeyForm: () => "The key is not one of the kind that the proof needs.",
  Undefined: (what) => `A part of the badge is not covered by its signature: ${what} is not defined by its contexts.`,
  Keyword: (what) => `A part of the badge is not covered by its signature: the keyword ${what} has no place in it.`,
  IriAsName: (what) => `The member ${what} is written as an address instead of its name, where readers overlook it.`,
  Invalid: (what) => `The badge does not keep the rules of its contexts: ${what}.`,
  Hidden: (what) => `The document hides its “${what}” in another place.`,
  Signature: () => "The signature is not good: the badge was changed, or somebody else signed it.",
  NotYetValid: (what) => `It is not valid before ${what}`,
  Expired: (what) => `It expired at ${what}`,
  OtherStatusList: () => "The status list is not the one of this issuer at that address.",
  StatusListBad: (what) => `The status list itself is not good. ${what}`,
  StatusList: (what) => `The status list cannot be used: ${what}.`,
  Revoked: () => "The issuer has revoked it.",
  Suspended: () => "The issuer has suspended it.",
  TooManyEndorsements: (what) => `The badge carries more than ${what} endorsements.`,
  Endorsement: (what) => `An endorsement in it is not good. ${what}`,
  OtherRecipient: () => "It does not match the address or identifier that you gave: it is held by somebody else, or under another one.",
  OtherHosted: (what) => `What its issuer hosts is another award: it differs in ${what}.`,
  OtherHost: (what) => `The issuer does not let its badges be hosted there (${what}).`,
  Part: (what) => `A badge in it is not good. ${what}`,
  OtherAssociated: (what) => `The record says how something belongs to it that is not in it (${what}).`,
  Circle: (what) => `By the record, something is a part of itself (${what}).`,
  OtherEndorsed: () => "An endorsement in it is about something else.",
};

/** The sentences of what cannot be told here: the badge may be valid or not. */
const UNCHECKED = {
  TooLarge: (what) => `The file is larger than anything that a badge needs (${what}); it was not read.`,
  NotJson: (what) => `This is not a badge, or not a whole one: ${what}. Ask for the badge’s own file or its link.`,
  UnknownFile: (what) => `This is not a badge: ${what}.`,
  Png: (what) => `The picture is damaged: ${what}. Get it again where it came from.`,
  Svg: (what) => `The picture is damaged: ${what}. Get it again where it came from.`,
  NotBaked: () => "The picture holds no badge, as a screenshot or a copy from a page does not. Ask for the badge’s own file or its link.",
  OtherKind: (what) => `The document is a credential of another kind (${what || "not named"}), which this page does not check.`,
  UnknownProof: (what) => `The proof is of a kind that this page does not check (${what}). Its issuer can say who does.`,
  HostedNowhere: () => "The badge is of a kind that its issuer’s site vouches for, but it does not say where it is hosted.",
  HostedUnavailable: (what) => `Its issuer’s site vouches for a badge of this kind, and what it hosts could not be read here (${what}). Open that address to see what the issuer says.`,
  OtherIdentifier: (what) => `Whose it is cannot be told by what you gave: this badge knows its holder by ${what}. Ask its issuer.`,
  ProofChain: () => "The proof depends on another proof, which this page does not check.",
  IssuerNotADid: () => "The issuer is not identified in a way that this page can follow (did:web, did:key, did:jwk, or its own site). Ask the issuer by another way.",
  IssuerUnavailable: (what) => `The issuer’s published key could not be fetched${what && ` (${what})`}, so that it cannot be checked. Look there, or ask the issuer.`,
  UnknownContext: (what) => `The badge uses ${what}, a vocabulary that this page does not know. Its issuer can say who does.`,
  TooComplex: () => "The badge is too large or too entangled to be checked here.",
  Unsupported: (what) => `The badge uses something that this page does not read: ${what}.`,
  NotChecked: () => "It could not be checked, because of what is said above.",
  UnknownStatus: (what) => `The badge uses a kind of status that this page does not read${what && ` (${what})`}.`,
  StatusUnavailable: (what) => `The status list could not be fetched${what && ` (${what})`}, so that revocation cannot be ruled out. Ask its issuer, or look there.`,
  StatusListUnchecked: (what) => `The status list could not be checked. ${what}`,
  EndorsementUnchecked: (what) => `An endorsement in it could not be checked. ${what}`,
  PartUnchecked: (what) => `A badge in it could not be checked. ${what}`,
  TooManyParts: (what) => `The record holds more than ${what} badges, which this page does not check.`,
  Unreachable: (what) => what,
  UnknownHash: () => "The recipient is concealed in a way that this page does not read.",
  NoCrypto: () => "This browser offers no cryptography on this page. Open it over https or from a file on your own disk.",
  NoEd25519: () => "This browser cannot check Ed25519 signatures. Use a current Chrome, Edge, Firefox or Safari.",
  Unexpected: (what) => `This page made a mistake of its own here (${what}).`,
};

/** "failed" where something is wrong, "unchecked" where it cannot be told. */
export function stateOf(failure) {
  return failure.code in FAILED ? "failed" : "unchecked";
}

/** What happened, in a sentence. */
export function sentenceOf(failure) {
  const write = FAILED[failure.code] ?? UNCHECKED[failure.code] ?? UNCHECKED.Unexpected;
  return write(failure.what);
}

/** Anything that was thrown, as a failure. */
export function failureFrom(error) {
  return error instanceof Failure ? error : new Failure("Unexpected", String(error?.message ?? error));
}
