/** Maps Longhorn's error texts, which are unbounded, to a few reasons why a backup or backup target failed. */

export const FAILURE_REASONS = [
  'credentials',
  'no_bucket',
  'timeout',
  'unreachable',
  'tls',
  'lock',
  'no_space',
  'snapshot',
  'engine',
  'other',
] as const;
export type FailureReason = (typeof FAILURE_REASONS)[number];

/** The first match wins, so more specific patterns come first. */
const PATTERNS: readonly (readonly [FailureReason, RegExp])[] = [
  ['tls', /x509|certificate|\btls\b|ssl handshake/i],
  ['no_bucket', /NoSuchBucket|bucket does not exist|ContainerNotFound|container does not exist/i],
  [
    'credentials',
    /InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|access denied|ExpiredToken|InvalidToken|AuthenticationFailed|AuthorizationFailure|NoCredentialProviders|Forbidden|unauthorized|permission denied|credential|\b40[13]\b/i,
  ],
  ['no_space', /no space left|disk quota exceeded|QuotaExceeded|InsufficientStorage|storage full/i],
  ['lock', /\block\b|\blocks\b|\blocked\b/i],
  [
    'unreachable',
    /no such host|connection refused|connection reset|no route to host|network is unreachable|host is down|cannot mount|mount failed|failed to mount|mount\.nfs|broken pipe|server misbehaving/i,
  ],
  ['timeout', /RequestTimeout|time-?out|timed out|deadline exceeded/i],
  ['snapshot', /snapshot/i],
  ['engine', /\bengine\b|replica|instance manager|instance-manager|proxy/i],
];

export const failureReason = (text: string): FailureReason =>
  PATTERNS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'other';
