//! Any bytes as a picture and any text as a credential: refused, or baked so that the same comes out again, and once only.
#![no_main]

use openbadges::bake::{BakeError, bake_png, bake_svg, extract};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &[u8])| {
    let (credential, picture) = input;
    if let Ok(found) = extract(picture) {
        assert!(
            !found.is_empty() || picture.starts_with(b"\x89PNG"),
            "an SVG with an empty credential"
        );
    }
    if let Ok(baked) = bake_png(picture, credential) {
        assert_eq!(extract(&baked).as_deref(), Ok(credential));
        assert_eq!(bake_png(&baked, credential), Err(BakeError::AlreadyBaked));
    }
    let Ok(drawing) = std::str::from_utf8(picture) else {
        return;
    };
    if let Ok(baked) = bake_svg(drawing, credential) {
        match extract(baked.as_bytes()) {
            // White space round a credential in an SVG belongs to the drawing.
            Ok(found) => assert_eq!(found, credential.trim()),
            Err(error) => assert!(
                error == BakeError::NotBaked && credential.trim().is_empty(),
                "{error}"
            ),
        }
        assert_eq!(bake_svg(&baked, credential), Err(BakeError::AlreadyBaked));
    }
});
