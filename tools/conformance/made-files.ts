/** Recordings in the odd modes of encoders. Each line makes `$out` from the WAV files of {@link SOURCES}. */

/** One file to be made and read. */
export interface MadeFile {
  readonly name: string;
  /** Programs that its line runs. */
  readonly needs: readonly string[];
  readonly line: string;
  /** Part of the words with which it has to be refused; without it, it has to be read, and without a warning. */
  readonly refused?: RegExp;
}

/** Lines that write the sources: 1.5 s of tones and noise, quiet at their end. */
export const SOURCES: Readonly<Record<string, string>> = {
  'mono.wav': 'sox -D -n -r 48000 -b 16 -c 1 mono.wav synth 1.5 sine 180-2500 synth 1.5 pinknoise mix gain -9',
  'stereo.wav': 'sox -D mono.wav -c 2 stereo.wav remix 1v0.8 1v0.5',
  'long.wav': 'sox -D stereo.wav -r 44100 long.wav repeat 5',
  'wide.wav': 'sox -D -n -r 44100 -b 24 -c 6 wide.wav synth 1.2 sine 200 sine 300 sine 400 sine 500 sine 60 sine 700',
  'eight.wav': 'sox -D -n -r 48000 -b 16 -c 8 eight.wav synth 0.7 pinknoise gain -6',
  'deep.wav': 'sox -D mono.wav -b 24 -r 96000 deep.wav',
  'coarse.wav': 'sox -D mono.wav -b 8 -r 11025 coarse.wav',
  'slow.wav': 'sox -D mono.wav -r 8000 slow.wav',
  'silence.wav': 'sox -D -n -r 48000 -b 16 -c 2 silence.wav trim 0 2',
  'short.wav': 'sox -D mono.wav short.wav trim 0 17s',
  'clicks.wav': 'sox -D -n -r 44100 -b 16 -c 2 clicks.wav synth 20 square 3 synth 20 sine mix 400-900 gain -9',
};

const FLAC: readonly (readonly [name: string, line: string, refused?: RegExp])[] = [
  ['fastest', 'flac -s -0 -o $out stereo.wav'],
  ['best', 'flac -s -8 -e -p -o $out stereo.wav'],
  ['smallest-blocks', 'flac -s --lax -b 16 -o $out mono.wav'],
  ['largest-blocks', 'flac -s --lax -b 65535 -o $out long.wav'],
  ['order-32', 'flac -s --lax -l 32 -r 15 -b 8192 -o $out stereo.wav'],
  ['no-prediction', 'flac -s -l 0 --no-adaptive-mid-side --no-mid-side -o $out stereo.wav'],
  [
    'unknown-length',
    'flac -s -c --force-raw-format --endian=little --sign=signed --channels=1 --bps=16 ' +
      '--sample-rate=48000 - <mono.wav >$out',
  ],
  ['eight-channels', 'flac -s -o $out eight.wav'],
  ['24-bits-96-khz', 'flac -s -o $out deep.wav'],
  ['8-bits', 'flac -s -o $out coarse.wav'],
  ['32-bits', 'sox -D mono.wav -b 32 32.wav vol 0.7; flac -s -o $out 32.wav'],
  ['20-bits', 'sox -D deep.wav -b 20 $out'],
  ['wasted-bits', 'sox -D mono.wav -b 24 padded.wav; flac -s -o $out padded.wav'],
  [
    'odd-rate',
    'flac -s --force-raw-format --endian=little --sign=signed --channels=1 --bps=16 ' +
      '--sample-rate=44101 -o $out mono.wav',
  ],
  ['silence', 'flac -s -o $out silence.wav'],
  ['17-samples', 'flac -s -o $out short.wav'],
  ['much-padding', 'flac -s -P 3000000 -o $out mono.wav'],
  ['id3-in-front', 'flac -s -o $out mono.wav; printf "ID3\\4\\0\\0\\0\\0\\0\\5hello" | cat - $out >x && mv x $out'],
  ['by-ffmpeg', 'ffmpeg -v error -y -i stereo.wav -compression_level 12 -exact_rice_parameters 1 $out'],
  ['by-ffmpeg-cholesky', 'ffmpeg -v error -y -i deep.wav -lpc_type cholesky -lpc_passes 2 $out'],
  ['by-ffmpeg-pipe', 'ffmpeg -v error -y -i stereo.wav -f flac - >$out'],
  ['two-in-a-row', 'flac -s -o a.flac mono.wav; cat a.flac a.flac >$out'],
];

const MP3: readonly (readonly [name: string, line: string, refused?: RegExp])[] = [
  ['cbr', 'lame --quiet -b 128 long.wav $out'],
  ['vbr', 'lame --quiet -V 0 long.wav $out'],
  ['abr', 'lame --quiet --abr 90 long.wav $out'],
  ['mono-8-kbps', 'lame --quiet -m m -b 8 slow.wav $out'],
  ['checksums', 'lame --quiet -p -b 96 stereo.wav $out'],
  ['no-tag-frame', 'lame --quiet -t -b 160 stereo.wav $out'],
  ['plain-stereo', 'lame --quiet -m s -b 192 stereo.wav $out'],
  ['dual-mono', 'lame --quiet -m d -b 192 stereo.wav $out'],
  ['mpeg-2', 'lame --quiet --resample 22.05 -b 48 stereo.wav $out'],
  ['mpeg-2.5', 'lame --quiet --resample 11.025 -b 24 stereo.wav $out'],
  ['32-khz', 'lame --quiet --resample 32 -V 4 stereo.wav $out'],
  ['silence', 'lame --quiet -V 2 silence.wav $out'],
  ['clicks', 'lame --quiet -V 4 clicks.wav $out'],
  ['no-reservoir', 'lame --quiet --nores -b 128 clicks.wav $out'],
  ['free-format', 'lame --quiet --freeformat -b 400 stereo.wav $out'],
  ['free-format-44.1', 'lame --quiet --freeformat -b 201 long.wav $out'],
  ['free-format-9-kbps', 'lame --quiet --freeformat -m m -b 9 slow.wav $out'],
  ['free-format-mpeg-2', 'lame --quiet --freeformat --resample 16 -b 160 stereo.wav $out'],
  ['free-format-no-tag', 'lame --quiet --freeformat -t -b 333 clicks.wav $out'],
  [
    'free-format-too-long',
    'lame --quiet --freeformat -b 640 --resample 32 stereo.wav $out',
    /at most 2303 bytes, found 2880: convert it first/,
  ],
  ['one-frame', 'lame --quiet -t -b 128 stereo.wav a.mp3; head -c 384 a.mp3 >$out'],
  ['two-frames', 'lame --quiet -t -b 128 stereo.wav a.mp3; head -c 768 a.mp3 >$out'],
  ['id3v1-and-v2', 'lame --quiet --add-id3v2 --tt title --ta artist --pad-id3v2-size 4000 -b 128 long.wav $out'],
  ['by-ffmpeg', 'ffmpeg -v error -y -i long.wav -b:a 128k -id3v2_version 4 $out'],
  ['by-ffmpeg-no-xing', 'ffmpeg -v error -y -i long.wav -b:a 128k -write_xing 0 $out'],
  ['two-in-a-row', 'lame --quiet -t -b 128 long.wav a.mp3; cat a.mp3 a.mp3 >$out'],
  ['layer-2', 'ffmpeg -v error -y -i stereo.wav -c:a mp2 -f mp2 $out', /found Layer II: convert it first/],
];

const OPUS: readonly (readonly [name: string, line: string, refused?: RegExp])[] = [
  ['6-kbps', 'opusenc --quiet --bitrate 6 mono.wav $out'],
  ['256-kbps', 'opusenc --quiet --bitrate 256 stereo.wav $out'],
  ['2.5-ms', 'opusenc --quiet --framesize 2.5 stereo.wav $out'],
  ['60-ms', 'opusenc --quiet --framesize 60 --bitrate 12 mono.wav $out'],
  ['constant-rate', 'opusenc --quiet --hard-cbr --bitrate 64 stereo.wav $out'],
  ['speech', 'opusenc --quiet --speech --bitrate 16 slow.wav $out'],
  ['six-channels', 'opusenc --quiet wide.wav $out'],
  ['eight-channels', 'opusenc --quiet eight.wav $out'],
  ['no-mapping', 'opusenc --quiet --set-ctl-int 4036=16 mono.wav $out'],
  ['silence', 'opusenc --quiet silence.wav $out'],
  ['short-pages', 'opusenc --quiet --max-delay 20 long.wav $out'],
  ['clicks', 'opusenc --quiet --bitrate 24 clicks.wav $out'],
  ['120-ms', 'ffmpeg -v error -y -i mono.wav -c:a libopus -frame_duration 120 -b:a 256k $out'],
  ['long-pages', 'opusenc --quiet --max-delay 1000 long.wav $out'],
  ['by-ffmpeg', 'ffmpeg -v error -y -i long.wav -c:a libopus -b:a 48k -application voip $out'],
  [
    'two-in-a-row',
    'opusenc --quiet --serial 1 mono.wav a.opus; opusenc --quiet --serial 2 mono.wav b.opus; ' +
      'cat a.opus b.opus >$out',
  ],
];

const VORBIS: readonly (readonly [name: string, line: string, refused?: RegExp])[] = [
  ['lowest', 'oggenc -Q -q -1 -o $out stereo.wav'],
  ['highest', 'oggenc -Q -q 10 -o $out stereo.wav'],
  ['managed', 'oggenc -Q --managed -b 64 -o $out long.wav'],
  ['mono-8-khz', 'oggenc -Q -q 1 -o $out slow.wav'],
  ['silence', 'oggenc -Q -o $out silence.wav'],
  ['long', 'oggenc -Q -q 3 -o $out long.wav'],
  ['clicks', 'oggenc -Q -q 3 -o $out clicks.wav'],
  ['short-pages', 'ffmpeg -v error -y -i clicks.wav -c:a libvorbis -q:a 3 -page_duration 1 $out'],
  ['own-of-ffmpeg', 'ffmpeg -v error -y -i stereo.wav -c:a vorbis -strict -2 $out'],
  ['six-channels', 'oggenc -Q -o $out wide.wav', /expected 1 or 2 channels of Vorbis, found 6: convert it/],
  ['by-ffmpeg', 'ffmpeg -v error -y -i long.wav -c:a libvorbis -q:a 3 $out'],
  ['two-in-a-row', 'oggenc -Q -s 1 -o a.ogg mono.wav; oggenc -Q -s 2 -o b.ogg mono.wav; cat a.ogg b.ogg >$out'],
];

const WAV: readonly (readonly [name: string, line: string, refused?: RegExp])[] = [
  ['8-bits', 'cp coarse.wav $out'],
  ['24-bits', 'ffmpeg -v error -y -i stereo.wav -c:a pcm_s24le $out'],
  ['32-bits', 'ffmpeg -v error -y -i stereo.wav -c:a pcm_s32le $out'],
  ['floats', 'ffmpeg -v error -y -i stereo.wav -c:a pcm_f32le $out'],
  ['doubles', 'ffmpeg -v error -y -i stereo.wav -c:a pcm_f64le $out'],
  ['rf64', 'ffmpeg -v error -y -i stereo.wav -rf64 always $out'],
  ['pipe-of-ffmpeg', 'ffmpeg -v error -y -i stereo.wav -f wav - >$out'],
  ['pipe-of-sox', 'sox -D stereo.wav -t wav - >$out'],
  ['eight-channels', 'cp eight.wav $out'],
  ['mp3-inside', 'ffmpeg -v error -y -i stereo.wav -c:a libmp3lame -b:a 128k $out'],
  ['mp3-inside-by-pipe', 'ffmpeg -v error -y -i long.wav -c:a libmp3lame -q:a 4 -f wav - >$out'],
  ['mp2-inside', 'ffmpeg -v error -y -i stereo.wav -c:a mp2 $out', /found MPEG layer I or II \(format 80\): convert/],
];

/** All of them. */
export const MADE_FILES: readonly MadeFile[] = [
  ...files('flac', FLAC),
  ...files('mp3', MP3),
  ...files('opus', OPUS),
  ...files('ogg', VORBIS),
  ...files('wav', WAV),
];

function files(extension: string, list: typeof FLAC): MadeFile[] {
  return list.map(([name, line, refused]) => ({
    name: `${name}.${extension}`,
    needs: ['flac', 'lame', 'ffmpeg', 'sox', 'opusenc', 'oggenc'].filter((program) =>
      new RegExp(`(^|[;|] )${program} `).test(line),
    ),
    line,
    ...(refused === undefined ? {} : { refused }),
  }));
}
