/**
 * The preflight check: {@link io.dromon.node.doctor.Doctor} examines a configuration by the code that a start runs, and
 * says in a {@link io.dromon.node.doctor.Diagnosis} what a cold start would fail on.
 *
 * <p>It changes nothing and joins no group; it is for programs that start nodes, and stands below the command line.
 */
@NullMarked
package io.dromon.node.doctor;

import org.jspecify.annotations.NullMarked;
