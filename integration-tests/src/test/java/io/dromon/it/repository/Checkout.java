package io.dromon.it.repository;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where the sources of this build are. */
final class Checkout {
    private static final Pattern MODULE = Pattern.compile("<module>(.*?)</module>");

    private Checkout() {}

    static Path root() {
        return Path.of(System.getProperty("basedir", "."))
                .resolve("..")
                .toAbsolutePath()
                .normalize();
    }

    /** The folders of the modules. */
    static List<Path> modules() throws IOException {
        List<Path> modules = new ArrayList<>();
        Matcher module = MODULE.matcher(Files.readString(root().resolve("pom.xml")));
        while (module.find()) {
            modules.add(root().resolve(module.group(1)));
        }
        return modules;
    }
}
