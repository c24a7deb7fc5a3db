import { testHistories } from "./random-histories.ts";

testHistories(704_498);
