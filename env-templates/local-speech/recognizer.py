"""Decodes speech for src/local/recognizer.ts.

    recognizer.py SOCKET SLOTS

Connects to the Unix socket SOCKET and ends when it is closed. All numbers are little-endian.

  to us:    u32 id, u32 n, then n float32 samples (16 kHz, mono, -1..1)
  from us:  one JSON object a line: {"ready": true, "slots": .., "loadMs": ..} first, then for each request, in any order,
            {"id": .., "text": "..", "ms": ..} or {"id": .., "error": ".."}

Up to SLOTS requests are decoded at once; the sender holds the others back. The library is called directly, because importing its
Python package would pull in packages for microphones and downloads that this needs not.
"""

import ctypes
import importlib.util
import json
import pathlib
import queue
import socket
import struct
import sys
import threading
import time

TINY = 0  # ModelArch.TINY
API_VERSION = 20000  # MOONSHINE_HEADER_VERSION of 0.0.73
RATE = 16_000
# Finding the speech is the sender's work: the library's own detector costs 40 ms a call and invents words at segment borders.
OPTIONS = {"vad_threshold": "0", "identify_speakers": "false", "return_audio_data": "false"}


class Option(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("value", ctypes.c_char_p)]


class Line(ctypes.Structure):
    """transcript_line_t of 0.0.73."""

    _fields_ = [
        ("text", ctypes.c_char_p),
        ("audio_data", ctypes.c_void_p),
        ("audio_data_count", ctypes.c_size_t),
        ("start_time", ctypes.c_float),
        ("duration", ctypes.c_float),
        ("id", ctypes.c_uint64),
        ("flags", ctypes.c_int8 * 5),
        ("speaker_spans", ctypes.c_void_p),
        ("speaker_span_count", ctypes.c_uint64),
        ("latency_ms", ctypes.c_uint32),
        ("words", ctypes.c_void_p),
        ("word_count", ctypes.c_uint64),
    ]


class Transcript(ctypes.Structure):
    _fields_ = [("lines", ctypes.POINTER(Line)), ("line_count", ctypes.c_uint64)]


class Model:
    """One loaded model; not for two threads at once."""

    def __init__(self, folder: pathlib.Path):
        name = {"darwin": "libmoonshine.dylib", "win32": "moonshine.dll"}.get(sys.platform, "libmoonshine.so")
        self.lib = ctypes.CDLL(str(folder / name))
        self.lib.moonshine_error_to_string.restype = ctypes.c_char_p
        self.lib.moonshine_load_transcriber_from_files.argtypes = [
            ctypes.c_char_p, ctypes.c_uint32, ctypes.POINTER(Option), ctypes.c_uint64, ctypes.c_int32,
        ]  # fmt: skip
        self.lib.moonshine_transcribe_without_streaming.argtypes = [
            ctypes.c_int32, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_int32, ctypes.c_uint32,
            ctypes.POINTER(ctypes.POINTER(Transcript)),
        ]  # fmt: skip
        options = (Option * len(OPTIONS))(*[Option(k.encode(), v.encode()) for k, v in OPTIONS.items()])
        path = str(folder / "assets" / "tiny-en").encode()
        self.handle = self.lib.moonshine_load_transcriber_from_files(path, TINY, options, len(OPTIONS), API_VERSION)
        self.check(self.handle)

    def check(self, code: int) -> None:
        if code < 0:
            raise RuntimeError(self.lib.moonshine_error_to_string(code).decode("utf-8", "replace"))

    def decode(self, samples: bytes) -> str:
        out = ctypes.POINTER(Transcript)()
        self.check(
            self.lib.moonshine_transcribe_without_streaming(
                self.handle, samples, len(samples) // 4, RATE, 0, ctypes.byref(out)
            )
        )
        transcript = out.contents
        texts = (transcript.lines[i].text or b"" for i in range(transcript.line_count))
        return " ".join(text.decode("utf-8", "ignore").strip() for text in texts).strip()


def read_exactly(stream, count: int) -> bytes:
    data = stream.read(count)
    if len(data) < count:
        raise EOFError
    return data


def main() -> None:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(sys.argv[1])
    slots = int(sys.argv[2])
    sending = threading.Lock()

    def send(message: dict) -> None:
        with sending:
            connection.sendall(json.dumps(message).encode() + b"\n")

    began = time.monotonic()
    spec = importlib.util.find_spec("moonshine_voice")
    if spec is None or spec.origin is None:
        raise RuntimeError("moonshine-voice is not installed in this environment")
    folder = pathlib.Path(spec.origin).parent
    models = [Model(folder) for _ in range(slots)]
    for model in models:
        model.decode(bytes(4 * RATE))  # the first decoding is slower: not on a caller's time
    requests: queue.Queue = queue.Queue()

    def work(model: Model) -> None:
        while True:
            number, samples = requests.get()
            start = time.monotonic()
            try:
                text = model.decode(samples)
                send({"id": number, "text": text, "ms": round((time.monotonic() - start) * 1000)})
            except OSError:
                return  # nobody listens any more
            except Exception as error:  # the sender decides what a failed decoding means
                send({"id": number, "error": str(error)})

    for model in models:
        threading.Thread(target=work, args=(model,), daemon=True).start()
    send({"ready": True, "slots": slots, "loadMs": round((time.monotonic() - began) * 1000)})
    stream = connection.makefile("rb")
    try:
        while True:
            number, count = struct.unpack("<II", read_exactly(stream, 8))
            requests.put((number, read_exactly(stream, 4 * count)))
    except (EOFError, OSError):
        pass


if __name__ == "__main__":
    main()
