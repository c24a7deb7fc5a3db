/** What can go wrong that the visitor may be told, and the HTTP status each becomes. */
const STATUS_OF_CODE = {
  invalid: 400,
  unauthorized: 401,
  forbidden: 403,
  "not-found": 404,
  conflict: 409,
  "too-large": 413,
  "rate-limited": 429,
  unavailable: 503,
} as const;

export type AppErrorCode = keyof typeof STATUS_OF_CODE;

/** What the log calls a refusal that is more than "access-refused". */
export type RefusalEvent =
  | "access-refused"
  | "cross-site-request-refused"
  | "look-refused"
  | "second-factor-failed"
  | "sign-in-failed";

/** An outcome that the visitor is told: `message` is shown as it is, so it holds nothing internal. */
export class AppError extends Error {
  readonly code: AppErrorCode;
  /** Seconds after which trying again makes sense; sent as Retry-After. */
  readonly retryAfterSeconds: number | undefined;
  /** Its one event in the log; without it, 401 and 403 are "access-refused". */
  readonly event: RefusalEvent | undefined;

  constructor(
    code: AppErrorCode,
    message: string,
    options: { cause?: unknown; retryAfterSeconds?: number; event?: RefusalEvent } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "AppError";
    this.code = code;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.event = options.event;
  }

  get status(): number {
    return STATUS_OF_CODE[this.code];
  }
}

/** One field of a form can't be used as it is: `message` is shown beside it. */
export class FieldError extends AppError {
  readonly field: string;

  constructor(field: string, message: string) {
    super("invalid", message);
    this.name = "FieldError";
    this.field = field;
  }
}

/**
 * A service the shop depends on gave no usable answer. Its cause is for the error tracker; the
 * visitor sees one sentence that names no host.
 */
export class DependencyError extends AppError {
  readonly dependency: string;

  constructor(dependency: string, cause: unknown) {
    super("unavailable", "A part of the shop is not answering. Please try again in a moment.", {
      cause,
      retryAfterSeconds: 10,
    });
    this.name = "DependencyError";
    this.dependency = dependency;
  }
}

/**
 * Is told of a bug that a job went on after: what was thrown, and by ids and kinds, which name nobody, what it was about.
 */
export type NoteBug = (error: unknown, about: Record<string, string>) => void;
