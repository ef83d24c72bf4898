package io.dromon.node;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import org.junit.jupiter.api.Tag;

/** The order of the packages of this module. */
@Tag("unit")
@AnalyzeClasses(packages = "io.dromon.node", importOptions = ImportOption.DoNotIncludeTests.class)
final class NodeArchitectureTest {
    private static final String COMMAND_LINE = "io.dromon.node.cli";

    @ArchTest
    static final ArchRule nothingUsesTheCommandLine = noClasses()
            .that()
            .resideOutsideOfPackage(COMMAND_LINE + "..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(COMMAND_LINE + "..");

    @ArchTest
    static final ArchRule whatIsOptionalIsUsedByTheCommandLineAlone = noClasses()
            .that()
            .resideOutsideOfPackage(COMMAND_LINE + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("picocli..", "me.tongfei..", "ch.qos.logback..", "org.HdrHistogram..");

    @ArchTest
    static final ArchRule packagesOfTheCommandLineAreFreeOfCircles =
            slices().assignedFrom(packagesOf(COMMAND_LINE)).should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheMainClassStandsAboveTheCommands = classes()
            .that()
            .resideInAPackage(COMMAND_LINE)
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAPackage(COMMAND_LINE);

    @ArchTest
    static final ArchRule onlyTheCommandLineUsesTheDoctor = classes()
            .that()
            .resideInAPackage("io.dromon.node.doctor..")
            .should()
            .onlyHaveDependentClassesThat()
            .resideInAnyPackage("io.dromon.node.doctor..", COMMAND_LINE + "..");

    /** Each package at and below this one by itself. */
    private static SliceAssignment packagesOf(String root) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass javaClass) {
                String name = javaClass.getPackageName();
                return name.equals(root) || name.startsWith(root + ".")
                        ? SliceIdentifier.of(name)
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "packages of " + root;
            }
        };
    }
}
