package io.dromon.config;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTag;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@ArchTag("unit")
@AnalyzeClasses(packages = "io.dromon.config", importOptions = ImportOption.DoNotIncludeTests.class)
class ConfigArchitectureTest {
    @ArchTest
    static final ArchRule knowsOnlyTheJdk = classes()
            .that()
            .resideInAPackage("io.dromon.config..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.dromon.config..",
                    "java.lang..",
                    "java.util..",
                    "java.io..",
                    "java.nio..",
                    "java.time..",
                    "java.net..",
                    "org.jspecify..");

    @ArchTest
    static final ArchRule opensNoSocket =
            noClasses().should().dependOnClassesThat().haveNameMatching("java\\.net\\..*Socket.*");
}
