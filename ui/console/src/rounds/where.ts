/** Where the telephone says it is; null where it does not say so within seconds. */
const PATIENCE_MS = 5000;

export interface Where {
  longitude: number;
  latitude: number;
  accuracy_m: number;
}

export function whereami(): Promise<Where | null> {
  if (!navigator.geolocation) return Promise.resolve(null);
  return new Promise((done) => {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ longitude: coords.longitude, latitude: coords.latitude, accuracy_m: Math.round(coords.accuracy) }),
      () => done(null),
      { enableHighAccuracy: true, timeout: PATIENCE_MS, maximumAge: 10_000 },
    );
  });
}
