import { testHistories } from "./random-histories.ts";

testHistories(894_407);
