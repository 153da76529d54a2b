"""What a test of sound needs: tones, and the pitch of what was heard."""

import numpy as np

RATE_HZ = 8000


def tone(hz, *, at=0, samples=160, rate=RATE_HZ, loud=8000):
    """Return a part of a tone, as samples of 16 bits."""
    moments = np.arange(at, at + samples) / rate
    return (np.sin(2 * np.pi * hz * moments) * loud).astype("<i2").tobytes()


def pitch(pcm, *, rate=RATE_HZ):
    """Return the pitch (Hz) that is loudest in samples, and how loud all is (root mean square)."""
    heard = np.frombuffer(pcm, dtype="<i2").astype(float)
    if not len(heard):
        return 0.0, 0.0
    strengths = np.abs(np.fft.rfft(heard * np.hanning(len(heard))))
    strengths[0] = 0
    at = np.fft.rfftfreq(len(heard), 1 / rate)
    return float(at[strengths.argmax()]), float(np.sqrt((heard**2).mean()))
