import { vi } from "vitest";

// Before each integration test file: all files share a process, in which only the libraries stay loaded. A breaker that one file
// opened, or what it put in a module's place, is not there for the next.
vi.doUnmock("node:crypto");
vi.resetModules();
