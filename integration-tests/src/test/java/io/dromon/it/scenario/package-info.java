/**
 * Scenario scripts: stories of a simulated cluster that an operator can read. A script is a text file with commands and,
 * below a rule, what the nodes said; {@link io.dromon.it.scenario.ScenarioTest} runs all of them.
 */
@NullMarked
package io.dromon.it.scenario;

import org.jspecify.annotations.NullMarked;
