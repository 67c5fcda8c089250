using System.Text.Json.Nodes;

namespace Hortus.Charts;

/// <summary>Values whose templates are replaced.</summary>
/// <param name="Values">The values.</param>
/// <param name="Confidential">What came out of Secrets, for <see cref="ChartRelease.Confidential"/>.</param>
public sealed record ResolvedValues(JsonObject Values, IReadOnlyCollection<string> Confidential);

/// <summary>What templates in values may refer to.</summary>
/// <param name="Data">Texts by key: those of a ConfigMap, or those of a Secret without base64.</param>
/// <param name="IsConfidential">Whether the texts must not be shown, as those of Secrets.</param>
public sealed record TemplateResource(IReadOnlyDictionary<string, string> Data, bool IsConfidential);

/// <summary>A reference in values.</summary>
/// <param name="Resource">Name under which the resource is declared.</param>
/// <param name="Key">Key in its data.</param>
public readonly record struct ValueReference(string Resource, string Key);

/// <summary>Something in values that is no legal template.</summary>
/// <param name="Path">Place in the values, for example <c>config.hosts[0]</c>.</param>
/// <param name="Expression">The text at fault, shortened.</param>
/// <param name="Reason">Why it is not legal.</param>
public sealed record ValueTemplateFault(string Path, string Expression, string Reason)
{
    public override string ToString() => $"{Path}: \"{Expression}\": {Reason}";
}

/// <summary>Templates in values cannot be replaced. The message has the place and the expression, never a value of a resource.</summary>
public sealed class ValueTemplateException(string message) : Exception(message);
