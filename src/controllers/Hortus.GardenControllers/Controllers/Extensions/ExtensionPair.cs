namespace Hortus.GardenControllers;

/// <summary>An extension kind and a type of it: what a cluster needs and what a ControllerRegistration serves.</summary>
internal readonly record struct ExtensionPair(string Kind, string Type) : IComparable<ExtensionPair>
{
    public int CompareTo(ExtensionPair other) =>
        string.CompareOrdinal(Kind, other.Kind) is var byKind and not 0 ? byKind : string.CompareOrdinal(Type, other.Type);

    /// <summary>Kind and type, as messages name them.</summary>
    public override string ToString() => $"{Kind}/{Type}";
}
