import { vi } from "vitest";

// Before each integration test file: all files share a process, in which only the libraries stay loaded. A breaker that one file
// opened is not there for the next. What a file puts in a module's place it takes back itself.
vi.resetModules();
