//! Small pictures, chunk by chunk.

/// A grey PNG of that many pixels a side.
pub fn grey(side: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = png::Encoder::new(&mut bytes, side, side);
    writer.set_color(png::ColorType::Grayscale);
    let pixels = vec![128; usize::try_from(side * side).unwrap()];
    writer.write_header().unwrap().write_image_data(&pixels).unwrap();
    bytes
}

/// A chunk of a PNG with its checksum.
pub fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(kind);
    sum.update(data);
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [&length[..], kind, data, &sum.sum().to_be_bytes()].concat()
}

/// A PNG of one pixel with these chunks after its header.
pub fn with_chunks(chunks: &[Vec<u8>]) -> Vec<u8> {
    let picture = grey(1);
    [&picture[..33], &chunks.concat(), &picture[33..]].concat()
}
