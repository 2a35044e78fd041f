//! Input of any kind: refused, never a panic.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn arbitrary_tokens_are_refused_without_a_panic(token in ".{0,300}", a in proptest::collection::vec(any::<u8>(), 0..80), b in proptest::collection::vec(any::<u8>(), 0..80)) {
        let scene = Scene::new();
        prop_assert!(scene.run_token(&token).is_err());
        let three = [URL_SAFE_NO_PAD.encode(&a), URL_SAFE_NO_PAD.encode(&b), token].join(".");
        prop_assert!(scene.run_token(&three).is_err());
        // A signature over rubbish is still rubbish.
        let rubbish = sign(&scene.header.to_string(), &String::from_utf8_lossy(&a));
        prop_assert!(scene.run_token(&rubbish).is_err());
    }

    #[test]
    fn any_changed_character_of_a_token_is_refused(at in any::<proptest::sample::Index>()) {
        let scene = Scene::new();
        let mut token = scene.token().into_bytes();
        let at = at.index(token.len());
        token[at] = if token[at] == b'A' { b'B' } else { b'A' };
        prop_assert!(scene.run_token(&String::from_utf8(token).unwrap()).is_err());
    }

    #[test]
    fn arbitrary_forms_never_panic(list in proptest::collection::vec((".{0,12}", ".{0,40}"), 0..8)) {
        let _ = LaunchForm::parse(&list);
        let _ = crate::lti::login::LoginRequest::parse(&list);
    }
}
