import { CspEvaluator } from "csp_evaluator/dist/evaluator.js";
import { Severity } from "csp_evaluator/dist/finding.js";
import { CspParser } from "csp_evaluator/dist/parser.js";

/** What Google's csp_evaluator finds of high or medium severity in a policy; nothing is good. */
export function findPolicyProblems(policy: string): string[] {
  const findings = new CspEvaluator(new CspParser(policy).csp).evaluate();
  return findings
    .filter(({ severity }) => severity <= Severity.MEDIUM)
    .map(({ severity, directive, description }) => {
      return `${Severity[severity]}: ${directive}: ${description}`;
    });
}
