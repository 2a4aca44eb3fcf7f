package dev.espalier.tests;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;

/** The dependency table of docs/architecture.md, kept true. */
@AnalyzeClasses(packages = "dev.espalier", importOptions = ImportOption.DoNotIncludeTests.class)
class DependencyTableTest {
  private static final String GRAMMAR = "dev.espalier.grammar..";
  private static final String SAMPLING = "dev.espalier.sampling..";
  private static final String GPU = "dev.espalier.gpu..";
  private static final String EXAMPLES = "dev.espalier.examples..";
  private static final String[] DJL = {"ai.djl.."};

  @ArchTest
  static final ArchRule coreStandsAlone =
      noClasses()
          .that()
          .resideOutsideOfPackages(GRAMMAR, SAMPLING, GPU, EXAMPLES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(GRAMMAR, SAMPLING, GPU, EXAMPLES);

  @ArchTest
  static final ArchRule grammarAndSamplingDependOnCoreAlone =
      noClasses()
          .that()
          .resideInAnyPackage(GRAMMAR, SAMPLING)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(GPU, EXAMPLES, "dev.espalier.djl..", "ai.djl..")
          .allowEmptyShould(true);

  @ArchTest
  static final ArchRule grammarDoesNotKnowSampling =
      noClasses()
          .that()
          .resideInAPackage(GRAMMAR)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(SAMPLING);

  @ArchTest
  static final ArchRule samplingDoesNotKnowGrammar =
      noClasses()
          .that()
          .resideInAPackage(SAMPLING)
          .should()
          .dependOnClassesThat()
          .resideInAPackage(GRAMMAR);

  @ArchTest
  static final ArchRule onlyTheDjlPackageSeesDjl =
      noClasses()
          .that()
          .resideOutsideOfPackages("dev.espalier.djl..", GPU, EXAMPLES)
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage(DJL);

  @ArchTest
  static final ArchRule jacksonIsInNoPublicSignature =
      noMethods()
          .that()
          .arePublic()
          .and()
          .areDeclaredInClassesThat(publicOutside(EXAMPLES))
          .should()
          .haveRawReturnType(jackson())
          .orShould()
          .haveRawParameterTypes(anyJackson());

  @ArchTest
  static final ArchRule publicExceptionsAreEspaliers =
      classes()
          .that()
          .areAssignableTo(Exception.class)
          .and()
          .arePublic()
          .should()
          .beAssignableTo("dev.espalier.EspalierException");

  @ArchTest
  static final ArchRule areasAreFreeOfCycles =
      slices().matching("dev.espalier.(*)..").should().beFreeOfCycles();

  private static DescribedPredicate<JavaClass> publicOutside(String examples) {
    return DescribedPredicate.describe(
        "are public API",
        c ->
            c.getModifiers().contains(com.tngtech.archunit.core.domain.JavaModifier.PUBLIC)
                && !JavaClass.Predicates.resideInAPackage(examples).test(c));
  }

  private static DescribedPredicate<JavaClass> jackson() {
    return JavaClass.Predicates.resideInAPackage("tools.jackson..");
  }

  private static DescribedPredicate<List<JavaClass>> anyJackson() {
    return DescribedPredicate.describe(
        "include a Jackson type", types -> types.stream().anyMatch(jackson()));
  }
}
