package io.dromon.node.admin.routes;

import io.dromon.node.admin.api.AccessClass;
import io.dromon.node.admin.api.AdminAnswer;
import io.dromon.node.admin.api.Content;
import io.dromon.node.admin.api.Route;
import io.dromon.node.admin.api.RouteSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The page for people, at {@code /}: files of the jar, without a build step. What it shows it reads from the API, as any other
 * client; it may load, run and ask nothing but what comes from here, and can put no text of the API into the page as HTML.
 */
final class PageRoutes implements RouteSource {
    private static final String DIRECTORY = "page/";
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
                    + " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
                    + " require-trusted-types-for 'script'; trusted-types 'none'");
    private static final List<String> FILES =
            List.of("actions.js", "charts.js", "dom.js", "icon.svg", "page.css", "page.js", "sections.js");
    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml");

    @Override
    public List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(file("/", "index.html"));
        FILES.forEach(name -> routes.add(file("/" + DIRECTORY + name, name)));
        return routes;
    }

    private static Route file(String path, String name) {
        String mediaType = MEDIA_TYPES.getOrDefault(name.substring(name.lastIndexOf('.') + 1), "");
        AdminAnswer answer = AdminAnswer.of(200, mediaType, read(name)).with(HEADERS);
        return new Route("GET", path, AccessClass.READ, Route.Pace.IMMEDIATE, request -> answer);
    }

    private static Content read(String name) {
        try (InputStream in = PageRoutes.class.getResourceAsStream(DIRECTORY + name)) {
            if (in == null) {
                throw new IllegalStateException("the jar has no " + DIRECTORY + name + ": it was not built whole");
            }
            return Content.of(in.readAllBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
