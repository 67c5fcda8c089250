using Xunit.Abstractions;
using Xunit.Sdk;

namespace Hortus.E2E;

/// <summary>The place of a test in the story that its class tells.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class OrderAttribute(int place) : Attribute
{
    public int Place { get; } = place;
}

/// <summary>Runs the tests of a class in their order: each goes on where the one before ended.</summary>
public sealed class ByOrder : ITestCaseOrderer
{
    public IEnumerable<TTestCase> OrderTestCases<TTestCase>(IEnumerable<TTestCase> testCases) where TTestCase : ITestCase =>
        testCases.OrderBy(test => test.TestMethod.Method
            .GetCustomAttributes(typeof(OrderAttribute)).First().GetNamedArgument<int>(nameof(OrderAttribute.Place)));
}
