/**
 * What the admin interface answers, whatever the door: a request, a route, an answer, without input and output. {@link
 * io.dromon.node.admin.api.AdminApi} decides; {@code node.admin.http} carries requests to it. Who adds routes implements
 * {@link io.dromon.node.admin.api.RouteSource}.
 */
@NullMarked
package io.dromon.node.admin.api;

import org.jspecify.annotations.NullMarked;
